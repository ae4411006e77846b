import type { JobState } from './stored-job.ts';

/** Upper bound of progress while generating; the rest belongs to saving. */
const GENERATING_END = 89;
const SAVING_START = 90;
const SAVING_END = 99;
/** Steepness of the curve: 92 % of the range is reached at the expected duration, the rest only asymptotically. */
const STEEPNESS = 2.5;

/** Of the part that belongs to the next image of a streamed answer, how much elapsed time alone can fill. */
const BEFORE_ARRIVAL = 0.9;

/**
 * Progress while generating, a whole number from 1 to 89. It is an estimate: a function of the elapsed time and of the
 * duration expected when the call started. It therefore never falls and needs no writes. When `streamed` images arrive
 * one by one, those that have arrived count, and time only bridges the wait for the next one.
 */
export function generatingProgress(
  state: Extract<JobState, { stage: 'generating' }>,
  now: number,
  streamed: number | null = null,
): number {
  const { progressFrom, call, arrived = 0 } = state;
  if (call === null) return progressFrom;
  const passed = Math.max(0, now - call.startedAt) / Math.max(1, call.expectedMs);
  const byTime = 1 - Math.exp(-STEEPNESS * passed);
  const share =
    streamed === null
      ? byTime
      : Math.min(1, Math.max(arrived, Math.min(byTime * streamed, arrived + BEFORE_ARRIVAL)) / streamed);
  return Math.floor(progressFrom + (GENERATING_END - progressFrom) * share);
}

/** Progress while saving, 90 to 99: the share of images that are stored or given up. */
export function savingProgress({ ended, total }: { ended: number; total: number }): number {
  return SAVING_START + Math.floor(((SAVING_END - SAVING_START) * ended) / Math.max(1, total));
}
