import type { Kysely, Transaction } from 'kysely';
import type { Tables } from './schema.ts';

export type Trx = Transaction<Tables>;

/** Mutexes over all processes: one transaction at a time holds each of them. */
export type MutexName = 'admission' | 'rateLimit' | 'adoption' | 'deletion';

/** The body of a transaction. `announce` notifies the listeners of a job after the commit. */
export type Work<T> = (trx: Trx, announce: (jobId: string) => Promise<void>) => Promise<T>;

/** The one database of a deployment, as the stores use it: SQLite or PostgreSQL. */
export interface Database {
  /** For single statements, each of which is a transaction of its own. */
  db: Kysely<Tables>;
  /** Milliseconds since the epoch by the one clock that all processes on this database share. */
  now(from: Kysely<Tables>): Promise<number>;
  /**
   * Runs one transaction, durable when it resolves. Listeners of a job that was announced in it are called after the
   * commit, and not if there is none.
   */
  transact<T>(work: Work<T>): Promise<T>;
  /**
   * The same, while holding a mutex over all processes: what the transaction reads does not change before it writes.
   * Admission may reject with AdmissionQueueFull.
   */
  transactExclusive<T>(mutex: MutexName, work: Work<T>): Promise<T>;
  /** Whether a row that is read in order to be changed has to be locked; false where one transaction runs at a time. */
  hasConcurrentWriters: boolean;
  /**
   * Calls the listener after every announced change of one job, and whenever a change may have been missed. Returns the
   * function that unsubscribes.
   */
  onChange(jobId: string, listener: () => void): () => void;
  /** Closes the database for good. */
  close(): Promise<void>;
}
