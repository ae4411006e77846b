import type { CompletedJob, FailedJob, ImageJob } from '@darkroom/contracts';

/** What one person knows of one order. */
export interface Entry {
  /** Unique: it names the order in the provider's log and in the database. */
  prompt: string;
  userId: string;
  key: string | undefined;
  /** Every job that the order was answered with. */
  jobIds: Set<string>;
  /** The newest that any answer has told. */
  version: number;
  progress: number;
  ended: CompletedJob | FailedJob | null;
  deletion: 'none' | 'asked' | 'done';
}

/** What all people together were told, held against what they are told next. */
export interface Ledger {
  entries: Entry[];
  /** Promises that were broken, in the words of a report. */
  breaches: string[];
  open(order: Pick<Entry, 'prompt' | 'userId' | 'key'>): Entry;
  /** Asks for a job, and holds the answer against all that was known when it was asked for. */
  ask(entry: Entry, read: () => Promise<ImageJob>): Promise<ImageJob>;
}

export function createLedger(): Ledger {
  const entries: Entry[] = [];
  const breaches: string[] = [];

  function judge(known: Entry, job: ImageJob): void {
    const breach = (what: string) => breaches.push(`${known.prompt}: ${what}`);
    if (job.request.prompt !== known.prompt) breach(`answered with the job of ${job.request.prompt}`);
    if (job.version < known.version) breach(`version ${job.version} after ${known.version}`);
    if (job.status === 'PROCESSING' && job.progress < known.progress) {
      breach(`progress ${job.progress} after ${known.progress}`);
    }
    if (known.ended && job.status !== known.ended.status) breach(`${job.status} after ${known.ended.status}`);
    if (job.status === 'FAILED' && job.error_code === 'internal') breach('FAILED by a fault of ours');
  }

  function learn(entry: Entry, job: ImageJob): void {
    entry.jobIds.add(job.job_id);
    entry.version = Math.max(entry.version, job.version);
    if (job.status === 'PROCESSING') entry.progress = Math.max(entry.progress, job.progress);
    if (job.status === 'COMPLETED' || job.status === 'FAILED') entry.ended = job;
  }

  return {
    entries,
    breaches,
    open(order) {
      const entry: Entry = { ...order, jobIds: new Set(), version: 0, progress: 0, ended: null, deletion: 'none' };
      entries.push(entry);
      return entry;
    },
    async ask(entry, read) {
      const known = { ...entry }; // answers overtake each other: what is learned meanwhile does not bind this one
      const job = await read();
      judge(known, job);
      learn(entry, job);
      return job;
    },
  };
}
