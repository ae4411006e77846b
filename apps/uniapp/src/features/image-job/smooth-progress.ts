import type { ImageJob } from '@darkroom/contracts';

/** What the service last said about a running job, and when that arrived. */
export interface ProgressClaim {
  version: number;
  /** 0 to 100. */
  progress: number;
  /** When the job should be done, in milliseconds; null when the service has nothing to base it on. */
  endsAtMs: number | null;
  /** Milliseconds, on the same clock as `nowMs` below. */
  receivedAtMs: number;
}

/** Only the service says that a job is done. */
const SHOWN_MAX = 97;

/**
 * Without an estimate the service itself takes a call for one of MiniMax's usual length, and approaches the end of generating
 * by this curve. Walked on from any of its points it is the same curve, so that the next answer finds the display there.
 */
const UNESTIMATED = { end: 89, timeMs: 24_000 / 2.5 };

/** However long no answer comes, an unestimated display leads the service by this many points at most. */
const LEAD_MAX = 40;

/** The part of the estimated way that is walked in a straight line; the rest is approached ever slower. */
const STRAIGHT = 0.75;

/**
 * The claim that an answer makes. A call that is overdue is expected "soon" by every answer: the earliest estimate for a
 * running job stands until its version rises, so that the page can say that it takes longer. A waiting job may be overtaken.
 */
export function claimOf(job: ImageJob, receivedAtMs: number, last: ProgressClaim | null): ProgressClaim {
  const { version, progress } = job;
  const etaSeconds = 'eta_seconds' in job ? job.eta_seconds : null;
  const newestMs = etaSeconds === null ? null : receivedAtMs + etaSeconds * 1000;
  const lastMs = job.status === 'PROCESSING' && last?.version === version ? last.endsAtMs : null;
  const endsAtMs = newestMs === null || lastMs === null ? newestMs : Math.min(newestMs, lastMs);
  return { version, progress, endsAtMs, receivedAtMs };
}

/**
 * The progress to show, 0 to 100. Between two answers of the service it moves along the service's own estimate and never
 * faster; it never falls, and stays below 98 until the service says more.
 */
export function smoothProgress(shown: number, claim: ProgressClaim, nowMs: number): number {
  return Math.max(shown, claim.progress, Math.min(SHOWN_MAX, claim.progress + lead(claim, nowMs)));
}

function lead({ progress, endsAtMs, receivedAtMs }: ProgressClaim, nowMs: number): number {
  // A job that waits has no progress, however long it waits.
  if (progress === 0) return 0;
  const passedMs = Math.max(0, nowMs - receivedAtMs);
  if (endsAtMs === null) {
    const rest = Math.max(0, UNESTIMATED.end - progress);
    return Math.min(LEAD_MAX, rest * (1 - Math.exp(-passedMs / UNESTIMATED.timeMs)));
  }
  const wayMs = endsAtMs - receivedAtMs;
  return wayMs > 0 ? (100 - progress) * ease(passedMs / wayMs) : 0;
}

function ease(passed: number): number {
  if (passed <= STRAIGHT) return passed;
  const rest = 1 - STRAIGHT;
  return STRAIGHT + rest * (1 - Math.exp(-(passed - STRAIGHT) / rest));
}

/** Seconds left by the service's estimate; null without one, 0 or less when it has passed. */
export function secondsLeft({ endsAtMs }: ProgressClaim, nowMs: number): number | null {
  return endsAtMs === null ? null : (endsAtMs - nowMs) / 1000;
}
