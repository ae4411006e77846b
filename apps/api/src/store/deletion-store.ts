/**
 * Files that have to be deleted, recorded until they are gone. The methods of the other stores add to the record in the
 * transaction that removes the last row naming a file. Any process may delete a recorded file and may retry as often as
 * needed: a key is never given to a second file, so deleting twice does no harm.
 */
export interface DeletionStore {
  /**
   * Records write intents. Must be committed before the files are written: files that no row names when this worker has
   * ended are deleted then. Naming a file removes its intent.
   */
  intendWrites(keys: readonly string[], workerId: string, jobId?: string): Promise<void>;
  /**
   * Claims the next files to delete; no other process is given them for a while. Returns files that are due, and files
   * whose writer has ended without naming them. `keysInFlight`: those that the caller itself is writing. Files of a job
   * that still runs are kept.
   */
  claim(workerId: string, keysInFlight: ReadonlySet<string>): Promise<string[]>;
  /** The files are deleted: removes their records. A file that a worker may still be writing stays recorded. */
  finish(keys: readonly string[]): Promise<void>;
  /** Keys of that job's files that are recorded for deletion. */
  pendingOf(jobId: string): Promise<string[]>;
  /**
   * Makes every recorded deletion due at once. For the start of the only process of a deployment: all claims from
   * before its start are stale.
   */
  makeAllDue(): Promise<void>;
  /** Whether the job or upload that owns the file exists. A link to any other file is dead. */
  hasOwner(key: string): Promise<boolean>;
}
