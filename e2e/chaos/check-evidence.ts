import type { Call } from '@darkroom/minimax-simulator';
import type { DatabaseSnapshot, SnapshotJob } from '@darkroom/test-kit/api/database-snapshot';
import type { Attempt } from '@darkroom/test-kit/api/read-attempts';
import type { Observation } from './client-observations.ts';

/** Independent records of the same events. The database is read while the API is stopped. */
export interface Evidence {
  snapshot: DatabaseSnapshot;
  /** Calls that the provider received. */
  calls: Call[];
  /** What clients observed. */
  entries: Observation[];
  /** Keys of the stored files. */
  files: Set<string>;
}

/** Cross-checks the records. Holds at any instant: these guarantees must survive a kill. */
export function checkEvidence({ snapshot, calls, entries, files }: Evidence): string[] {
  const violations: string[] = [];
  const callsOf = Map.groupBy(calls, (call) => call.prompt);
  const jobsOf = Map.groupBy(snapshot.jobs, (job) => job.prompt);
  const attemptsOf = Map.groupBy(snapshot.attempts.filter(wasSent), (attempt) => attempt.job_id);

  for (const entry of entries) {
    const violation = (what: string) => violations.push(`${entry.prompt}: ${what}`);
    const jobs = jobsOf.get(entry.prompt) ?? [];
    const jobIds = new Set([...entry.jobIds, ...jobs.map((job) => job.job_id)]);
    if (jobIds.size > 1) violation(`one request created the jobs ${[...jobIds].join(', ')}`);

    const seen = callsOf.get(entry.prompt) ?? [];
    const accepted = seen.filter((call) => call.accepted).length;
    if (accepted > 1) violation(`the provider accepted ${accepted} calls`);
    checkAttempts(
      [...jobIds].flatMap((jobId) => attemptsOf.get(jobId) ?? []),
      seen,
      violation,
    );

    const [job] = jobs;
    if (job) checkJob(job, { entry, accepted, files }, violation);
    else if (entry.jobIds.size > 0 && entry.deletion === 'none') violation('accepted, then lost');
  }

  const unexpected = new Set(snapshot.jobs.map((job) => job.prompt)).difference(new Set(entries.map((e) => e.prompt)));
  for (const prompt of unexpected) violations.push(`${prompt}: a job without a request`);
  const sent = snapshot.attempts.filter(wasSent).length;
  if (calls.length > sent)
    violations.push(`the provider received ${calls.length} calls, the database has ${sent} attempts`);
  return violations;
}

/** Every call was recorded as an attempt before it was sent. */
function checkAttempts(attempts: Attempt[], calls: Call[], violation: (what: string) => void): void {
  if (calls.length > attempts.length) violation(`${calls.length} calls, but ${attempts.length} attempts`);
  for (const [index, call] of calls.entries()) {
    const attempt = attempts[index];
    if (attempt && attempt.started_at > call.at) violation(`call ${index + 1} precedes its attempt`);
  }
  const answered = attempts.filter((attempt) => attempt.outcome === 'answered').length;
  if (answered > calls.filter((call) => call.accepted).length)
    violation('an answered attempt without a provider answer');
}

function checkJob(
  job: SnapshotJob,
  { entry, accepted, files }: { entry: Observation; accepted: number; files: Set<string> },
  violation: (what: string) => void,
): void {
  if (job.version < entry.version) violation(`version ${job.version} in the database, ${entry.version} was observed`);
  if (entry.ended && job.status !== entry.ended.status)
    violation(`${job.status} after ${entry.ended.status} was observed`);
  if (job.charged === 'yes' && accepted !== 1) violation(`charged, for ${accepted} calls`);
  if (job.charged === 'no' && accepted !== 0) violation(`not charged, for ${accepted} calls`);
  if (job.status === 'COMPLETED' && job.files.length === 0) violation('COMPLETED without images');
  for (const key of job.files) if (!files.has(key)) violation(`COMPLETED without its file ${key}`);
}

/** Checks that nothing is left running once everything has settled. */
export function checkSettled({ snapshot, entries }: Pick<Evidence, 'snapshot' | 'entries'>): string[] {
  const running = snapshot.jobs.filter((job) => job.status === 'PENDING' || job.status === 'PROCESSING');
  const unobserved = entries.filter((entry) => entry.jobIds.size > 0 && !entry.ended && entry.deletion !== 'done');
  const open = snapshot.attempts.filter((attempt) => attempt.outcome === null);
  return [
    ...running.map((job) => `${job.prompt}: still ${job.status}`),
    ...unobserved.map((entry) => `${entry.prompt}: no client observed its end`),
    ...open.map((attempt) => `${attempt.job_id}: an open attempt`),
  ];
}

/** A released reservation made no call. */
function wasSent(attempt: Attempt): boolean {
  return attempt.outcome !== 'not_sent';
}
