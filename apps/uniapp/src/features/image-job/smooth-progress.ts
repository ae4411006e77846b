/** What the service last said about a running job, and when that arrived. */
export interface ProgressClaim {
  /** 0 to 100. */
  progress: number;
  /** Seconds to the end; null when the service has nothing to base it on. */
  etaSeconds: number | null;
  /** Milliseconds, on the same clock as `nowMs` below. */
  receivedAtMs: number;
}

/** Only the service says that a job is done. */
const SHOWN_MAX = 97;

/** Without an estimate the display may lead the service by this many points at most. */
const LEAD_MAX = 25;
const LEAD_TIME_MS = 20_000;

/** The part of the estimated way that is walked in a straight line; the rest is approached ever slower. */
const STRAIGHT = 0.75;

/**
 * The progress to show, 0 to 100. Between two answers of the service it moves along the service's own estimate and never
 * faster; it never falls, and stays below 98 until the service says more.
 */
export function smoothProgress(shown: number, claim: ProgressClaim, nowMs: number): number {
  return Math.max(shown, claim.progress, Math.min(SHOWN_MAX, claim.progress + lead(claim, nowMs)));
}

function lead({ progress, etaSeconds, receivedAtMs }: ProgressClaim, nowMs: number): number {
  // A job that waits has no progress, however long it waits.
  if (progress === 0) return 0;
  const passedMs = Math.max(0, nowMs - receivedAtMs);
  if (etaSeconds === null) return LEAD_MAX * (1 - Math.exp(-passedMs / LEAD_TIME_MS));
  return (100 - progress) * ease(passedMs / Math.max(etaSeconds * 1000, 1));
}

function ease(passed: number): number {
  if (passed <= STRAIGHT) return passed;
  const rest = 1 - STRAIGHT;
  return STRAIGHT + rest * (1 - Math.exp(-(passed - STRAIGHT) / rest));
}

/** Seconds left by the service's estimate; null without one, 0 or less when it has passed. */
export function secondsLeft({ etaSeconds, receivedAtMs }: ProgressClaim, nowMs: number): number | null {
  return etaSeconds === null ? null : etaSeconds - (nowMs - receivedAtMs) / 1000;
}
