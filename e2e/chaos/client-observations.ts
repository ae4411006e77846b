import type { CompletedJob, FailedJob, ImageJob } from '@darkroom/contracts';

/** What one client has observed about one request. */
export interface Observation {
  /** Unique per request; it identifies the request in the provider's call log and in the database. */
  prompt: string;
  userId: string;
  /** Indexes of images whose links never work. */
  deadLinks: ReadonlySet<number>;
  key: string | undefined;
  /** Every job id that was returned for the request. */
  jobIds: Set<string>;
  /** Highest version in any answer. */
  version: number;
  progress: number;
  /** Indexes of the images that any answer has shown. */
  shown: Set<number>;
  /** When the job was first canceled, in milliseconds since the epoch; null: never. */
  cancelAskedAt: number | null;
  ended: CompletedJob | FailedJob | null;
  deletion: 'none' | 'asked' | 'done';
}

/** Everything clients have observed; every new answer is checked against it. */
export interface Observations {
  entries: Observation[];
  /** Broken guarantees, one line each. */
  violations: string[];
  open(request: Pick<Observation, 'prompt' | 'userId' | 'key'> & Partial<Pick<Observation, 'deadLinks'>>): Observation;
  /** Reads a job and checks the answer against what was known when the request was sent. */
  ask(entry: Observation, read: () => Promise<ImageJob>): Promise<ImageJob>;
}

export function createObservations(): Observations {
  const entries: Observation[] = [];
  const violations: string[] = [];

  function check(known: Observation, job: ImageJob): void {
    const violation = (what: string) => violations.push(`${known.prompt}: ${what}`);
    if (job.request.prompt !== known.prompt) violation(`answered with the job of ${job.request.prompt}`);
    if (job.version < known.version) violation(`version ${job.version} after ${known.version}`);
    if (job.status === 'PROCESSING' && job.progress < known.progress) {
      violation(`progress ${job.progress} after ${known.progress}`);
    }
    if (known.ended && job.status !== known.ended.status) violation(`${job.status} after ${known.ended.status}`);
    const gone = known.shown.difference(indexesOf(job));
    // A read that meets a deletion may have found the job, and its images no more.
    if (gone.size > 0 && known.deletion === 'none') violation(`shows the images ${[...gone].join(', ')} no longer`);
    if (job.status === 'FAILED' && job.error_code === 'internal') violation('FAILED with an internal error');
  }

  function record(entry: Observation, job: ImageJob): void {
    entry.jobIds.add(job.job_id);
    entry.version = Math.max(entry.version, job.version);
    if (job.status === 'PROCESSING') entry.progress = Math.max(entry.progress, job.progress);
    for (const index of indexesOf(job)) entry.shown.add(index);
    if (job.status === 'COMPLETED' || job.status === 'FAILED') entry.ended = job;
  }

  return {
    entries,
    violations,
    open(request) {
      const entry: Observation = {
        deadLinks: new Set(),
        ...request,
        jobIds: new Set(),
        version: 0,
        progress: 0,
        shown: new Set(),
        cancelAskedAt: null,
        ended: null,
        deletion: 'none',
      };
      entries.push(entry);
      return entry;
    },
    async ask(entry, read) {
      const known = { ...entry, shown: new Set(entry.shown) }; // answers can overtake each other: compare with what was known before this request
      const job = await read();
      check({ ...known, deletion: entry.deletion }, job);
      record(entry, job);
      return job;
    },
  };
}

/** The indexes of the images that a job shows; none if it does not say them. */
function indexesOf(job: ImageJob): Set<number> {
  const assets = 'assets' in job ? (job.assets ?? []) : [];
  return new Set(assets.flatMap(({ index }) => index ?? []));
}
