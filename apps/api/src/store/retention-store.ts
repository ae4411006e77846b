/** Finds and removes what has passed its retention. Times are milliseconds since the epoch. */
export interface RetentionStore {
  /** Ids of ended jobs that were completed before that time; a bounded number per call. */
  endedBefore(before: number): Promise<string[]>;
  /**
   * Deletes uploads from before that time that no job names; a bounded number per call. Returns the keys of their
   * files.
   */
  deleteUploadsBefore(before: number): Promise<string[]>;
  /** Deletes idempotency keys, usage events, and records of deleted jobs from before the given times. */
  deleteExpired(times: { keys: number; usageEvents: number; deletedJobs?: number }): Promise<void>;
  /**
   * Deletes attempts that ended before that time and whose jobs are gone; a bounded number per call. Keeps the latest
   * answered attempts of each kind, which estimates are based on. Returns the number deleted.
   */
  deleteAttemptsBefore(before: number): Promise<number>;
  /** Ids of jobs that exist although their users deleted them, as after a backup was restored. */
  deletedBefore(): Promise<string[]>;
  /** Those of the keys that no row names or will name. Files of a job that still runs are never among them. */
  unknownKeys(keys: readonly string[]): Promise<string[]>;
}
