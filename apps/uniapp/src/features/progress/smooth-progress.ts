import type { ImageJob } from '@darkroom/contracts';

/** What the service's last answer said about a job's progress, and when it arrived. */
export interface ProgressReport {
  version: number;
  /** 0 to 100. */
  progress: number;
  /** Seconds to the end of the job, as answered; null when the service has no basis for an estimate. */
  etaSeconds: number | null;
  /** Estimated end in milliseconds; null without an estimate. */
  endsAtMs: number | null;
  /** Whether a provider call seems to be running. */
  runs: boolean;
  /** Milliseconds, on the same clock as `nowMs` below. */
  receivedAtMs: number;
}

/**
 * The report of an answer. A different estimate replaces the end: a job that MiniMax makes wait ends later. An unchanged
 * estimate of a job in an unchanged state keeps the earlier end: the service repeats the same few seconds while a call is
 * overdue, and the page can then say that it takes longer than expected.
 */
export function reportOf(job: ImageJob, receivedAtMs: number, last: ProgressReport | null): ProgressReport {
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

/** Time in which the shown progress catches up with the reported one. */
const CATCH_UP_MS = 2_000;

/** The service's progress when the expected time of a call has passed. It rises quickly at first, then ever more slowly. */
const CALL_END = 81;

/** The service's own estimate for a call before it has seen one. */
const UNESTIMATED_SECONDS = 26;

/**
 * The progress to show, 0 to 100, `from` the value shown when the report arrived. It never falls. While a call runs it rises
 * linearly, which stays below the service's own curve at every moment. If the reported progress did not change between two
 * answers, for example while MiniMax makes the job wait, it does not rise either.
 */
export function smoothProgress(from: number, report: ProgressReport, nowMs: number): number {
  const { progress, etaSeconds, runs, receivedAtMs } = report;
  const passedMs = Math.max(0, nowMs - receivedAtMs);
  const behind = Math.max(0, progress - from) * Math.max(0, 1 - passedMs / CATCH_UP_MS);
  const share = Math.min(1, passedMs / ((etaSeconds ?? UNESTIMATED_SECONDS) * 1_000));
  const ahead = runs ? Math.max(0, CALL_END - progress) * share : 0;
  return Math.max(from, progress - behind + ahead);
}

/** Seconds left by the service's estimate; null without one, 0 or less when it has passed. */
export function secondsLeft({ endsAtMs }: ProgressReport, nowMs: number): number | null {
  return endsAtMs === null ? null : (endsAtMs - nowMs) / 1000;
}
