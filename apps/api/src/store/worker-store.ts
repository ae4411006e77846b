import type { Family } from '../job/model-family.ts';

/** An attempt that has not ended, and what is known of the worker that makes the call. */
export interface OpenAttempt {
  attemptId: string;
  jobId: string;
  /**
   * `lapsed`: the lease is lost. Reported only to a caller whose own heartbeats have been uninterrupted for a whole
   * lease.
   */
  worker: 'self' | 'alive' | 'lapsed';
}

/**
 * Tracks living workers by lease: each worker writes a heartbeat every few seconds, and a worker without one for the
 * length of a lease is considered ended. All times are by the database's clock, so that no machine's own clock decides
 * over another worker's calls.
 */
export interface WorkerStore {
  /** Records that this worker lives and can make this many calls at once. */
  heartbeat(workerId: string, slots: Record<Family, number>): Promise<void>;
  /** This worker has ended and has left nothing undone that it could have done. */
  deregister(workerId: string): Promise<void>;
  /** Number of calls to a model family that all living workers can make at once. */
  countSlots(family: Family): Promise<number>;
  /** Those of the workers that have ended or whose lease is lost. */
  endedOf(callerId: string, workerIds: readonly string[]): Promise<string[]>;
  /** Oldest first. */
  openAttempts(callerId: string): Promise<OpenAttempt[]>;
  /**
   * Ids of jobs whose answer is stored but whose images are not, and that this worker has to save: its own jobs, and
   * from now on those of workers whose lease is lost. Each job is adopted by one worker only. Jobs that were canceled
   * while their images arrived are among them until the images that they show are stored.
   */
  adoptSaving(workerId: string): Promise<string[]>;
}
