/** A bare median this many times its minimum says that the machine was too busy to compare anything. */
const NOISY_FROM = 1.3;

export type Verdict =
  | { kind: 'met' | 'short' | 'too noisy' }
  /** Reported beside the goal, which does not apply to it. */
  | { kind: 'no goal' }
  | { kind: 'not run'; why: string };

export const met = (isMet: boolean): Verdict => ({ kind: isMet ? 'met' : 'short' });

export const notRun = (why: string): Verdict => ({ kind: 'not run', why });

/** Whether samples of the reference are too far apart to compare anything with them. */
function isNoisy({ median, minimum }: { median: number; minimum: number }): boolean {
  return median > NOISY_FROM * minimum;
}

/** Decides nothing on a machine that was too busy while the reference was measured. */
export function judge(reference: { median: number; minimum: number }, isMet: boolean): Verdict {
  return isNoisy(reference) ? { kind: 'too noisy' } : met(isMet);
}
