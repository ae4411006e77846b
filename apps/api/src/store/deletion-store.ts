/**
 * Which files have to go, remembered until they are gone. The verbs of the other stores add to it in the transactions that
 * remove the last row which names a file; what is here has only to be done, by any process, as often as it takes: no key is
 * given to a second file, so that a deletion that is done twice does no harm.
 */
export interface DeletionStore {
  /**
   * To be committed before files are written: those that no row names when this worker has ended go then. Naming a file is
   * what removes it from here.
   */
  intendWrites(keys: readonly string[], workerId: string, jobId?: string): Promise<void>;
  /**
   * The next files to delete, which nobody else is given for a while: those that are due, and those whose writer has ended
   * without naming them. `held` are the keys that the asker itself is writing. A job that still runs keeps its files.
   */
  claim(asker: string, held: ReadonlySet<string>): Promise<string[]>;
  /** The files are gone. One that somebody may still be writing is remembered all the same. */
  finish(keys: readonly string[]): Promise<void>;
  /** Files of that job that have to go. */
  pendingOf(jobId: string): Promise<string[]>;
  /** Makes all that waits due at once: for the start of the only process, before which all claims are of the past. */
  hasten(): Promise<void>;
  /** Whether the job or upload that a file belongs to is there. A link to any other file is dead. */
  hasOwner(key: string): Promise<boolean>;
}
