import type { FileStore } from '../files/file-store.ts';
import type { DeletionStore } from '../store/deletion-store.ts';
import type { Log } from './log.ts';

/** Each deletion may be an exchange with a server. */
const DELETIONS_AT_ONCE = 16;
/** Whoever deletes a job waits this long for a file of it that is being written at that moment. */
const WRITES_END_WITHIN_MS = 2_000;

interface Deps {
  deletions: DeletionStore;
  files: Pick<FileStore, 'delete'>;
  workerId: string;
  log: Log;
}

interface WriteOptions {
  /** Whose results they are. */
  jobId?: string;
  /** For what was paid for: says it again for as long as the database is away. */
  persist?(record: () => Promise<void>): Promise<void>;
}

/** What this process does to files beside reading them: none is left behind or forgotten, wherever it is killed. */
export interface FileTracker {
  /** Under which files are written. */
  workerId: string;
  /**
   * Says on disk that files are about to be written, then does the work, which writes and names them. Those that no row
   * names when it ends, however it ends, go with the next round.
   */
  whileWriting<T>(keys: readonly string[], work: () => Promise<T>, options?: WriteOptions): Promise<T>;
  /** Deletes files that are on record as doomed. What cannot be deleted now is left to the rounds. */
  deleteNow(keys: readonly string[]): Promise<void>;
  /** The same for what is left of the deletion of that job, also what this process is writing of it at this moment. */
  finishDeletion(jobId: string): Promise<void>;
  /** Deletes what is due: what a process that died left, and what storage did not take before. */
  round(): Promise<void>;
}

const recordOnce = (record: () => Promise<void>) => record();

export function createFileTracker({ deletions, files, workerId, log }: Deps): FileTracker {
  const held = new Set<string>();
  const writesOf = new Map<string, Set<Promise<unknown>>>();

  /** Answers whether all of them are gone. */
  async function deleteAll(keys: readonly string[]): Promise<boolean> {
    const faults: unknown[] = [];
    for (let from = 0; from < keys.length; from += DELETIONS_AT_ONCE) {
      const some = keys.slice(from, from + DELETIONS_AT_ONCE);
      // One by one: a file that cannot be deleted keeps no other.
      const ended = await Promise.allSettled(some.map((key) => files.delete([key])));
      await deletions.finish(some.filter((_, index) => ended[index]?.status === 'fulfilled'));
      for (const result of ended) if (result.status === 'rejected') faults.push(result.reason);
    }
    if (faults.length > 0)
      log.warn({ err: faults[0], files: faults.length }, 'files cannot be deleted now; trying again');
    return faults.length === 0;
  }

  async function deleteNow(keys: readonly string[]): Promise<void> {
    try {
      await deleteAll(keys);
    } catch (err) {
      log.warn({ err, files: keys.length }, 'that files are deleted is not on record; it is done again');
    }
  }

  async function write<T>(keys: readonly string[], work: () => Promise<T>, record: () => Promise<void>): Promise<T> {
    for (const key of keys) held.add(key);
    try {
      await record();
      return await work();
    } finally {
      for (const key of keys) held.delete(key);
    }
  }

  async function follow<T>(jobId: string, writing: Promise<T>): Promise<T> {
    const writes = writesOf.get(jobId) ?? new Set();
    writesOf.set(jobId, writes.add(writing));
    try {
      return await writing;
    } finally {
      writes.delete(writing);
      if (writes.size === 0) writesOf.delete(jobId);
    }
  }

  async function writesEnd(jobId: string): Promise<void> {
    const writes = writesOf.get(jobId);
    if (!writes) return;
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, WRITES_END_WITHIN_MS);
    await Promise.race([Promise.allSettled(writes), late.promise]);
    clearTimeout(timer);
  }

  return {
    workerId,
    whileWriting(keys, work, { jobId, persist = recordOnce } = {}) {
      const writing = write(keys, work, () => persist(() => deletions.intendWrites(keys, workerId, jobId)));
      return jobId === undefined ? writing : follow(jobId, writing);
    },
    deleteNow,
    async finishDeletion(jobId) {
      await writesEnd(jobId);
      // The rows are gone: nothing that happens here is for the caller to mend.
      const keys = await deletions.pendingOf(jobId).catch((err: unknown) => {
        log.warn({ err, job_id: jobId }, 'files of a deleted job are left to the next round');
        return [];
      });
      await deleteNow(keys);
    },
    async round() {
      for (;;) {
        const keys = await deletions.claim(workerId, held);
        if (keys.length === 0 || !(await deleteAll(keys))) return;
      }
    },
  };
}
