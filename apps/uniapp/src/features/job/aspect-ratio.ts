import type { ASPECT_RATIOS } from '@darkroom/contracts/limits';

export type AspectRatio = (typeof ASPECT_RATIOS)[number];

/** A rectangle of the ratio whose longer side has the given length. */
export function frameSize(ratio: AspectRatio, longer: number): { width: number; height: number } {
  const [across = 1, down = 1] = ratio.split(':').map(Number);
  const scale = longer / Math.max(across, down);
  return { width: across * scale, height: down * scale };
}
