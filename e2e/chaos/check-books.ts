import type { Call } from '@darkroom/minimax-simulator';
import type { Attempt } from '../harness/attempts.ts';
import type { BookedJob, Books } from './books.ts';
import type { Entry } from './ledger.ts';

/** The three accounts of the same events; the API's books are read while it does not run. */
export interface Accounts {
  books: Books;
  /** What the provider saw. */
  calls: Call[];
  /** What people were told. */
  entries: Entry[];
  /** Keys of the files that are there. */
  files: Set<string>;
}

/** What these accounts say against each other, at any instant: the promises that a kill is not to break. */
export function checkBooks({ books, calls, entries, files }: Accounts): string[] {
  const breaches: string[] = [];
  const callsOf = Map.groupBy(calls, (call) => call.prompt);
  const jobsOf = Map.groupBy(books.jobs, (job) => job.prompt);
  const attemptsOf = Map.groupBy(books.attempts.filter(wasSent), (attempt) => attempt.job_id);

  for (const entry of entries) {
    const breach = (what: string) => breaches.push(`${entry.prompt}: ${what}`);
    const jobs = jobsOf.get(entry.prompt) ?? [];
    const jobIds = new Set([...entry.jobIds, ...jobs.map((job) => job.job_id)]);
    if (jobIds.size > 1) breach(`one order became the jobs ${[...jobIds].join(', ')}`);

    const seen = callsOf.get(entry.prompt) ?? [];
    const accepted = seen.filter((call) => call.accepted).length;
    if (accepted > 1) breach(`the provider took ${accepted} calls`);
    checkAttempts(
      [...jobIds].flatMap((jobId) => attemptsOf.get(jobId) ?? []),
      seen,
      breach,
    );

    const [job] = jobs;
    if (job) checkJob(job, { entry, accepted, files }, breach);
    else if (entry.jobIds.size > 0 && entry.deletion === 'none') breach('accepted and lost');
  }

  const strangers = new Set(books.jobs.map((job) => job.prompt)).difference(new Set(entries.map((e) => e.prompt)));
  for (const prompt of strangers) breaches.push(`${prompt}: a job that nobody ordered`);
  const sent = books.attempts.filter(wasSent).length;
  if (calls.length > sent) breaches.push(`the provider saw ${calls.length} calls, and ${sent} are in the books`);
  return breaches;
}

/** Every call that the provider saw was in the books before. */
function checkAttempts(attempts: Attempt[], calls: Call[], breach: (what: string) => void): void {
  if (calls.length > attempts.length) breach(`${calls.length} calls, and ${attempts.length} attempts`);
  for (const [index, call] of calls.entries()) {
    const attempt = attempts[index];
    if (attempt && attempt.started_at > call.at) breach(`call ${index + 1} came before its attempt`);
  }
  const answered = attempts.filter((attempt) => attempt.outcome === 'answered').length;
  if (answered > calls.filter((call) => call.accepted).length) breach('an answer that the provider never gave');
}

function checkJob(
  job: BookedJob,
  { entry, accepted, files }: { entry: Entry; accepted: number; files: Set<string> },
  breach: (what: string) => void,
): void {
  if (job.version < entry.version) breach(`version ${job.version} in the books, ${entry.version} was told`);
  if (entry.ended && job.status !== entry.ended.status) breach(`${job.status}, after ${entry.ended.status} was told`);
  if (job.charged === 'yes' && accepted !== 1) breach(`charged, for ${accepted} calls`);
  if (job.charged === 'no' && accepted !== 0) breach(`not charged, for ${accepted} calls`);
  if (job.status === 'COMPLETED' && job.files.length === 0) breach('COMPLETED without pictures');
  for (const key of job.files) if (!files.has(key)) breach(`COMPLETED without its file ${key}`);
}

/** What has to be over once everything had its time. */
export function checkSettled({ books, entries }: Pick<Accounts, 'books' | 'entries'>): string[] {
  const running = books.jobs.filter((job) => job.status === 'PENDING' || job.status === 'PROCESSING');
  const untold = entries.filter((entry) => entry.jobIds.size > 0 && !entry.ended && entry.deletion !== 'done');
  const open = books.attempts.filter((attempt) => attempt.outcome === null);
  return [
    ...running.map((job) => `${job.prompt}: still ${job.status}`),
    ...untold.map((entry) => `${entry.prompt}: its end was never told`),
    ...open.map((attempt) => `${attempt.job_id}: an attempt without an end`),
  ];
}

/** A grant that was given back made no call. */
function wasSent(attempt: Attempt): boolean {
  return attempt.outcome !== 'not_sent';
}
