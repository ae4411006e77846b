import type { Config } from './config.ts';
import type { Family } from './job/model-family.ts';

/** Slots of a process that makes no provider calls. */
export const NO_SLOTS: Record<Family, number> = { 'image-01': 0, h3: 0 };

/** Provider calls that one process can have in flight. */
export function slotsByFamily(config: Config): Record<Family, number> {
  return { 'image-01': config.GENERATION_CONCURRENCY, h3: config.MINIMAX_H3_CONCURRENCY };
}

/** Rate limits of the deployment in calls per minute; 0 = none. */
export function rpmByFamily(config: Config): Record<Family, number> {
  return { 'image-01': config.MINIMAX_RPM, h3: config.MINIMAX_H3_RPM };
}
