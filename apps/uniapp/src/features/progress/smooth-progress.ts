import type { ImageJob } from '@darkroom/contracts';

/** The service's last answer about a job, and when it arrived. */
export interface ProgressClaim {
  version: number;
  /** 0 to 100. */
  progress: number;
  /** As it was said, to the end of the job; null when the service has nothing to base it on. */
  etaSeconds: number | null;
  /** When the job should be done, in milliseconds; null without an estimate. */
  endsAtMs: number | null;
  /** Whether a call seems to be under way. */
  runs: boolean;
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
  const isGenerating = job.status === 'PROCESSING' && job.stage === 'generating';
  const before = last?.version === version ? last : null;
  const isSoon = job.status === 'PROCESSING' && before?.etaSeconds === etaSeconds;
  const newestMs = etaSeconds === null ? null : receivedAtMs + etaSeconds * 1000;
  return {
    version,
    progress,
    etaSeconds,
    endsAtMs: isSoon ? before.endsAtMs : newestMs,
    runs: isGenerating && before?.progress !== progress,
    receivedAtMs,
  };
}

/** How long what was shown takes to come to where the service is. */
const CATCH_UP_MS = 2_000;

/** Where the service's own way has come to when the expected time of a call is over: most of it early, then ever slower. */
const CALL_END = 81;

/** What the service takes a job for while it has seen no other. */
const UNESTIMATED_SECONDS = 26;

/**
 * The progress to show, 0 to 100, `from` what was shown when the claim arrived. It never falls. Along a call that runs it
 * goes on in a straight line, which is below the service's own way at every moment; where nothing moved between two answers,
 * as while MiniMax makes the job wait, it waits as well.
 */
export function smoothProgress(from: number, claim: ProgressClaim, nowMs: number): number {
  const { progress, etaSeconds, runs, receivedAtMs } = claim;
  const passedMs = Math.max(0, nowMs - receivedAtMs);
  const behind = Math.max(0, progress - from) * Math.max(0, 1 - passedMs / CATCH_UP_MS);
  const share = Math.min(1, passedMs / ((etaSeconds ?? UNESTIMATED_SECONDS) * 1_000));
  const ahead = runs ? Math.max(0, CALL_END - progress) * share : 0;
  return Math.max(from, progress - behind + ahead);
}

/** Seconds left by the service's estimate; null without one, 0 or less when it has passed. */
export function secondsLeft({ endsAtMs }: ProgressClaim, nowMs: number): number | null {
  return endsAtMs === null ? null : (endsAtMs - nowMs) / 1000;
}
