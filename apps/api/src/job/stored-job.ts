import type { Charged, CreateImage, JobErrorCode } from '@darkroom/contracts';
import type { StoredAsset } from './stored-image.ts';

/** All times are milliseconds since the epoch, by the store's clock. */
export type JobState =
  | { status: 'PENDING' }
  | {
      status: 'PROCESSING';
      stage: 'generating';
      /** Progress at which the next call starts, so that progress never falls. */
      progressFrom: number;
      /** The running call; null while the job waits to retry one that was not accepted. */
      call: { startedAt: number; expectedMs: number } | null;
      retryAt: number | null;
      /** Images of a streamed answer that are committed so far; absent for none. */
      arrived?: number;
    }
  /** `arrived`: images of a streamed answer that were committed during the call; absent when they came with its end. */
  | { status: 'PROCESSING'; stage: 'saving'; arrived?: number }
  | { status: 'COMPLETED'; completedAt: number; assets: StoredAsset[]; failedCount: number; charged: Charged }
  /** `arrived`: of a job that was canceled while its answer was streamed. Its images are kept and shown. */
  | { status: 'FAILED'; completedAt: number; errorCode: JobErrorCode; charged: Charged; arrived?: number };

export interface StoredJob {
  jobId: string;
  userId: string;
  starId: string | null;
  request: CreateImage;
  /** Rises with every change that clients can see, except progress, estimate and queue position. */
  version: number;
  createdAt: number;
  updatedAt: number;
  state: JobState;
}

/**
 * A pure state transition: returns the next job, or null when it does not apply. `now` is milliseconds since the epoch,
 * by the store's clock.
 */
export type Transition = (job: StoredJob, now: number) => StoredJob | null;
