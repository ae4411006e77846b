import type { Kysely, Transaction } from 'kysely';
import type { Tables } from './schema.ts';

export type Trx = Transaction<Tables>;

/** Parts of the work that one transaction at a time is in, over all processes. */
export type Part = 'admission' | 'rateLimit' | 'adoption' | 'deletion';

/** What a transaction does. */
export type Work<T> = (trx: Trx, announce: (jobId: string) => Promise<void>) => Promise<T>;

/** The one database of a deployment: what the stores ask of it, whichever of the two it is. */
export interface Database {
  /** For statements that are a transaction of their own. */
  db: Kysely<Tables>;
  /** Milliseconds since the epoch, by the one clock that all processes on this database share. */
  now(from: Kysely<Tables>): Promise<number>;
  /**
   * One transaction, durable when it resolves. Who listens to a job that was announced in it hears of that once it is
   * committed, and not if it is not.
   */
  transact<T>(work: Work<T>): Promise<T>;
  /**
   * The same, with nobody else in this part of the work, in no process: what it reads is what it changes. Admission may
   * reject with AdmissionQueueFull.
   */
  transactExclusive<T>(part: Part, work: Work<T>): Promise<T>;
  /** Whether a row that is read to be changed has to be locked: not where one transaction runs at a time. */
  hasConcurrentWriters: boolean;
  /** Called after every announced change of one job, and whenever one may have been missed; returns the way to stop. */
  onChange(jobId: string, listener: () => void): () => void;
  /** Ends for good. */
  close(): Promise<void>;
}
