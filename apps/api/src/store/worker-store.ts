/** A call without an end, and what is known of the worker that makes it. */
export interface OpenAttempt {
  attemptId: string;
  jobId: string;
  /** `lapsed`: not seen for a whole lease, judged by an asker who has been at work for as long itself. */
  worker: 'self' | 'alive' | 'lapsed';
}

/**
 * Which workers live, by leases: each is seen every few seconds, and one that was not for the length of a lease is given up.
 * All of it by the database's clock, so that no machine's own clock decides over another's calls.
 */
export interface WorkerStore {
  /** This worker lives, and can make so many calls at once. */
  heartbeat(workerId: string, places: number): Promise<void>;
  /** This worker has ended, having left nothing undone that it could have done. */
  deregister(workerId: string): Promise<void>;
  /** Calls that all living workers can make at once. */
  countSlots(): Promise<number>;
  /** Those of the workers that have ended, or were not seen for a whole lease. */
  endedOf(asker: string, workerIds: readonly string[]): Promise<string[]>;
  /** Oldest first. */
  openAttempts(asker: string): Promise<OpenAttempt[]>;
  /**
   * Jobs whose answer is there and whose pictures are not, that are this worker's to save: its own, and from now on those
   * of lapsed workers, each of which goes to one worker alone.
   */
  adoptSaving(workerId: string): Promise<string[]>;
}
