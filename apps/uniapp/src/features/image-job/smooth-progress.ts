import type { ImageJob } from '@darkroom/contracts';

/** What the service last said about a job, and when that arrived. */
export interface ProgressClaim {
  version: number;
  /** 0 to 100. */
  progress: number;
  /** As it was said, to the end of the job; null when the service has nothing to base it on. */
  etaSeconds: number | null;
  /** When the job should be done, in milliseconds; null without an estimate. */
  endsAtMs: number | null;
  /** Milliseconds, on the same clock as `nowMs` below. */
  receivedAtMs: number;
}

/**
 * The claim that an answer makes. The end is where the newest estimate puts it: a job that has to wait for MiniMax ends later
 * than was thought. But the same seconds again, of a job in the same state, are an overdue call's "soon", said anew by every
 * answer: there the earlier end stands, so that the page can say that it takes longer.
 */
export function claimOf(job: ImageJob, receivedAtMs: number, last: ProgressClaim | null): ProgressClaim {
  const { version, progress } = job;
  const etaSeconds = 'eta_seconds' in job ? job.eta_seconds : null;
  const isSoon = job.status === 'PROCESSING' && last?.version === version && last.etaSeconds === etaSeconds;
  const newestMs = etaSeconds === null ? null : receivedAtMs + etaSeconds * 1000;
  return { version, progress, etaSeconds, endsAtMs: isSoon ? last.endsAtMs : newestMs, receivedAtMs };
}

/**
 * The progress to show, 0 to 100, on its way from what was shown when the claim arrived to what it says, which takes as long
 * as the next answer does. It never falls, and is never ahead of the service: only that knows whether a call runs at all.
 */
export function smoothProgress(from: number, { progress, receivedAtMs }: ProgressClaim, nowMs: number, overMs: number) {
  const share = Math.min(1, Math.max(0, nowMs - receivedAtMs) / overMs);
  return Math.max(from, from + (progress - from) * share);
}

/** Seconds left by the service's estimate; null without one, 0 or less when it has passed. */
export function secondsLeft({ endsAtMs }: ProgressClaim, nowMs: number): number | null {
  return endsAtMs === null ? null : (endsAtMs - nowMs) / 1000;
}
