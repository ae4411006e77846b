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

/**
 * The service's own way from the start of a call to its end: from 1 towards 89, most of it early, by an exponential of this
 * steepness over the time that is expected. Walked on from any of its points it is the same way, so that the next answer
 * finds the display where it says.
 */
const WAY = { from: 1, to: 89, steepness: 2.5 };

/** What the service adds to a call's time for saving its pictures. */
const SAVING_MS = 2_000;

/** Without an estimate the service takes a call for one of MiniMax's usual length. */
const UNESTIMATED_CALL_MS = 24_000;

/** However long no answer comes, an unestimated display leads the service by this many points at most. */
const UNESTIMATED_LEAD_MAX = 40;

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
 * The progress to show, 0 to 100. It never falls; between two answers it moves as the service's own would, and what comes
 * after the call, 90 and more, is for the service alone to say.
 */
export function smoothProgress(shown: number, claim: ProgressClaim, nowMs: number): number {
  return Math.max(shown, claim.progress + lead(claim, nowMs));
}

function lead({ progress, endsAtMs, receivedAtMs }: ProgressClaim, nowMs: number): number {
  // A job that waits has no progress, however long it waits; one that saves counts its pictures.
  if (progress < WAY.from || progress >= WAY.to) return 0;
  const passedMs = Math.max(0, nowMs - receivedAtMs);
  const walked = (timeMs: number) => (WAY.to - progress) * (1 - Math.exp(-passedMs / timeMs));
  if (endsAtMs === null) return Math.min(UNESTIMATED_LEAD_MAX, walked(UNESTIMATED_CALL_MS / WAY.steepness));
  const callLeftMs = endsAtMs - SAVING_MS - receivedAtMs;
  const steepnessLeft = WAY.steepness + Math.log((WAY.to - progress) / (WAY.to - WAY.from));
  // Past its time a call crawls, and only the service knows how.
  return callLeftMs > 0 && steepnessLeft > 0 ? walked(callLeftMs / steepnessLeft) : 0;
}

/** Seconds left by the service's estimate; null without one, 0 or less when it has passed. */
export function secondsLeft({ endsAtMs }: ProgressClaim, nowMs: number): number | null {
  return endsAtMs === null ? null : (endsAtMs - nowMs) / 1000;
}
