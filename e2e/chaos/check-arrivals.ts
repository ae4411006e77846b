import type { Call } from '@darkroom/minimax-simulator';
import type { SnapshotJob } from '@darkroom/test-kit/api/database-snapshot';
import type { Attempt } from '@darkroom/test-kit/api/read-attempts';
import type { Evidence } from './check-evidence.ts';
import type { Observation } from './client-observations.ts';

/**
 * An image has arrived if its event was sent this long before its connection was closed. A killed process closes its
 * connections at once, but what it had not read yet is lost. A running one reads an event within milliseconds; the rest
 * is for a process that waits for a CPU.
 */
const READ_WITHIN_MS = 1_000;

/** A process, or the database, that made no progress: nothing that came later counts as arrived. */
export interface Standstill {
  /** Its start, in milliseconds since the epoch. */
  at: number;
  /** The jobs whose calls the process made. Null for the database: then a cancellation can overtake an image. */
  jobIds: ReadonlySet<string> | null;
}

interface Settled extends Pick<Evidence, 'snapshot' | 'calls' | 'entries'> {
  standstills: Standstill[];
}

/** What happened to one job of H3, whose images arrive one by one. */
interface Stream {
  job: SnapshotJob;
  entry: Observation;
  call: Call;
  attempts: Attempt[];
}

export interface ArrivalReport {
  violations: string[];
  /** Streams that ended before the provider had sent everything, or before it was read. */
  cutStreams: number;
  /** Images that had arrived in them, and whose links work. */
  arrivedInCutStreams: number;
}

/**
 * Compares what MiniMax sent image by image with what the jobs have once everything has settled: every image that had
 * arrived is stored, unless its own link is dead, and none that was not sent.
 */
export function checkArrivals({ snapshot, calls, entries, standstills }: Settled): ArrivalReport {
  const report: ArrivalReport = { violations: [], cutStreams: 0, arrivedInCutStreams: 0 };
  const jobOf = new Map(snapshot.jobs.map((job) => [job.prompt, job]));
  const streamOf = new Map(calls.filter((call) => call.accepted && call.h3).map((call) => [call.prompt, call]));
  const attemptsOf = Map.groupBy(snapshot.attempts, (attempt) => attempt.job_id);

  for (const entry of entries) {
    const job = jobOf.get(entry.prompt);
    const call = streamOf.get(entry.prompt);
    if (!job || !call || entry.deletion !== 'none') continue;
    const stream = { job, entry, call, attempts: attemptsOf.get(job.job_id) ?? [] };
    const arrived = arrivedImages(stream, standstills);
    const violation = (what: string) => report.violations.push(`${entry.prompt}: ${what}`);
    checkStream(stream, arrived, violation);
    if (isWhole(stream)) continue;
    report.cutStreams++;
    report.arrivedInCutStreams += arrived.difference(entry.deadLinks).size;
  }
  return report;
}

function checkStream(
  { job, entry, call }: Stream,
  arrived: ReadonlySet<number>,
  violation: (what: string) => void,
): void {
  const stored = new Set(job.stored);
  const state = `${job.status} ${job.error_code ?? ''}`.trim();
  const missing = arrived.difference(entry.deadLinks).difference(stored);
  if (missing.size > 0) violation(`${state} without the images ${list(missing)}, which had arrived`);
  const unsent = stored.difference(new Set(sentImages(call).map(({ index }) => index)));
  if (unsent.size > 0) violation(`${state} with the images ${list(unsent)}, which were not sent`);
  if (arrived.size > 0 && job.charged !== 'yes') violation(`charged ${job.charged}, after images had arrived`);
  if (job.charged === 'yes' && call.charged === 0) violation('charged, for no image');
  if (job.charged === 'no' && call.charged > 0) violation(`not charged, for ${call.charged} images`);
}

/** The indexes of the images that had arrived, whether or not their links work. */
function arrivedImages(stream: Stream, standstills: Standstill[]): Set<number> {
  const { job, entry, call } = stream;
  const isCanceled = job.error_code === 'canceled';
  const closedAt = call.closedAt ?? Number.POSITIVE_INFINITY;
  const ends = standstills
    .filter(({ at, jobIds }) => at >= call.at && at <= closedAt && (jobIds?.has(job.job_id) ?? isCanceled))
    .map(({ at }) => at);
  if (!isWhole(stream)) ends.push(closedAt);
  if (isCanceled && entry.cancelAskedAt !== null) ends.push(entry.cancelAskedAt);
  const end = Math.min(...ends) - READ_WITHIN_MS;
  return new Set(
    sentImages(call)
      .filter(({ at }) => at <= end)
      .map(({ index }) => index),
  );
}

/** Whether the answer was read to its end, as the database has it. */
function isWhole({ attempts }: Stream): boolean {
  return attempts.some((attempt) => attempt.outcome === 'answered' && attempt.failure_message === null);
}

function sentImages(call: Call): { index: number; at: number }[] {
  return call.h3?.sent ?? [];
}

function list(indexes: ReadonlySet<number>): string {
  return [...indexes].toSorted((a, b) => a - b).join(', ');
}
