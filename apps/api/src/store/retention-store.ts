/** What retention removes; each answers the keys of files that nothing names any more. */
export interface RetentionStore {
  /** Ended jobs completed before that time, a bounded number of them. */
  endedBefore(before: number): Promise<string[]>;
  /** Uploads that no job names, a bounded number of them. */
  deleteUploadsBefore(before: number): Promise<string[]>;
  /** Idempotency keys, counted orders, and that jobs were deleted. */
  deleteExpired(times: { keys: number; orders: number; deleted?: number }): Promise<void>;
  /**
   * Calls that ended before that time, of jobs that are gone; a bounded number of them, and not the latest answered ones of a
   * kind, which estimates rest on. Answers how many.
   */
  deleteAttemptsBefore(before: number): Promise<number>;
  /** Jobs that are there although their users deleted them, as after a backup was restored. */
  deletedBefore(): Promise<string[]>;
  /** Those of the keys that no row names, nor will: files of a job that still runs are none of them. */
  unknownKeys(keys: readonly string[]): Promise<string[]>;
}
