import type { JobState } from './stored-job.ts';

/** Generating ends here, at the latest; the rest belongs to saving. */
const GENERATING_END = 89;
const SAVING_START = 90;
const SAVING_END = 99;
/** Steepness: at the expected time 92 % of the way is done, and the rest is approached for as long as it takes. */
const STEEPNESS = 2.5;

/**
 * Progress while generating is an estimate: a function of the time passed and of the expectation fixed when the call began,
 * so that it never falls and needs no writes. Whole numbers, 1 to 89.
 */
export function generatingProgress(state: Extract<JobState, { stage: 'generating' }>, now: number): number {
  const { progressFrom, call } = state;
  if (call === null) return progressFrom;
  const passed = Math.max(0, now - call.startedAt) / Math.max(1, call.expectedMs);
  const share = 1 - Math.exp(-STEEPNESS * passed);
  return Math.floor(progressFrom + (GENERATING_END - progressFrom) * share);
}

/** Progress while saving counts the pictures: 90 to 99. */
export function savingProgress({ ended, total }: { ended: number; total: number }): number {
  return SAVING_START + Math.floor(((SAVING_END - SAVING_START) * ended) / Math.max(1, total));
}
