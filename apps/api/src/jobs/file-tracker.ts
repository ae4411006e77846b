import type { Clock } from '../clock.ts';
import type { FileStore } from '../files/file-store.ts';
import type { DeletionStore } from '../store/deletion-store.ts';
import type { Log } from './log.ts';

/** Files deleted in parallel: each deletion may be a round trip to a server. */
const DELETIONS_AT_ONCE = 16;
/** Longest time that deleting a job waits for this process to finish writing files of that job. */
const WRITES_END_TIMEOUT_MS = 2_000;

interface Deps {
  deletions: DeletionStore;
  files: Pick<FileStore, 'delete'>;
  workerId: string;
  clock: Pick<Clock, 'sleep'>;
  log: Log;
}

interface WriteOptions {
  /** The job that the files belong to. */
  jobId?: string;
  /** Runs `record`. For paid images it retries for as long as the database is unavailable. Default: one try. */
  persist?(record: () => Promise<void>): Promise<void>;
}

/**
 * Writes and deletes the files of this process. No file is orphaned or left undeleted, wherever the process is killed.
 */
export interface FileTracker {
  /** The worker id under which write intents are recorded. */
  workerId: string;
  /**
   * Records the intent to write files, then runs `work`, which writes them and commits the rows that name them. When it
   * has ended, successfully or not, files that no row names are deleted by the next run of `deleteDue`.
   */
  whileWriting<T>(keys: readonly string[], work: () => Promise<T>, options?: WriteOptions): Promise<T>;
  /**
   * Deletes files whose deletion is recorded. Files that cannot be deleted now are left to `deleteDue`. Never rejects.
   */
  deleteNow(keys: readonly string[]): Promise<void>;
  /**
   * Deletes the remaining files of a deleted job, including those that this process is writing at this moment. Never
   * rejects.
   */
  finishDeletion(jobId: string): Promise<void>;
  /** Deletes the files that are due: those left by dead processes, and those whose deletion failed before. */
  deleteDue(): Promise<void>;
}

const withoutRetry = (record: () => Promise<void>) => record();

export function createFileTracker({ deletions, files, workerId, clock, log }: Deps): FileTracker {
  const keysInFlight = new Set<string>();
  const writesByJob = new Map<string, Set<Promise<unknown>>>();

  /** Returns whether all files are deleted. */
  async function deleteAll(keys: readonly string[]): Promise<boolean> {
    const errors: unknown[] = [];
    for (let from = 0; from < keys.length; from += DELETIONS_AT_ONCE) {
      const batch = keys.slice(from, from + DELETIONS_AT_ONCE);
      // One call per file: a file that cannot be deleted must not block the others.
      const ended = await Promise.allSettled(batch.map((key) => files.delete([key])));
      await deletions.finish(batch.filter((_, index) => ended[index]?.status === 'fulfilled'));
      for (const result of ended) if (result.status === 'rejected') errors.push(result.reason);
    }
    if (errors.length > 0) log.warn({ err: errors[0], files: errors.length }, 'file deletion failed; it is retried');
    return errors.length === 0;
  }

  async function deleteNow(keys: readonly string[]): Promise<void> {
    try {
      await deleteAll(keys);
    } catch (err) {
      log.warn({ err, files: keys.length }, 'completed file deletions could not be recorded; they are repeated');
    }
  }

  async function write<T>(
    keys: readonly string[],
    work: () => Promise<T>,
    { jobId, persist = withoutRetry }: WriteOptions,
  ): Promise<T> {
    const record = () => deletions.intendWrites(keys, workerId, jobId);
    for (const key of keys) keysInFlight.add(key);
    try {
      await persist(record);
      return await work().catch((error: unknown) => {
        void recordAgain(record, keys.length);
        throw error;
      });
    } finally {
      for (const key of keys) keysInFlight.delete(key);
    }
  }

  /**
   * The intent is gone if this process was paused for so long that others gave its files up; then the files may have
   * been written after that. Not awaited: the database may be away, and the sweep finds what is missed here.
   */
  async function recordAgain(record: () => Promise<void>, files: number): Promise<void> {
    await record().catch((err: unknown) => {
      log.warn({ err, files }, 'files of a failed write could not be recorded; the sweep deletes them');
    });
  }

  async function trackWrite<T>(jobId: string, writing: Promise<T>): Promise<T> {
    const writes = writesByJob.get(jobId) ?? new Set();
    writesByJob.set(jobId, writes.add(writing));
    try {
      return await writing;
    } finally {
      writes.delete(writing);
      if (writes.size === 0) writesByJob.delete(jobId);
    }
  }

  async function awaitWrites(jobId: string): Promise<void> {
    const writes = writesByJob.get(jobId);
    if (!writes) return;
    const ended = new AbortController();
    const timeout = clock.sleep(WRITES_END_TIMEOUT_MS, { signal: ended.signal }).catch(() => {});
    await Promise.race([Promise.allSettled(writes), timeout]);
    ended.abort();
  }

  return {
    workerId,
    whileWriting(keys, work, options = {}) {
      const writing = write(keys, work, options);
      return options.jobId === undefined ? writing : trackWrite(options.jobId, writing);
    },
    deleteNow,
    async finishDeletion(jobId) {
      await awaitWrites(jobId);
      // The rows are already deleted, so a fault here is not reported to the caller.
      const keys = await deletions.pendingOf(jobId).catch((err: unknown) => {
        log.warn({ err, job_id: jobId }, 'pending deletions of a job could not be read; its files are deleted later');
        return [];
      });
      await deleteNow(keys);
    },
    async deleteDue() {
      for (;;) {
        const keys = await deletions.claim(workerId, keysInFlight);
        if (keys.length === 0 || !(await deleteAll(keys))) return;
      }
    },
  };
}
