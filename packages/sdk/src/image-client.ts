import type {
  CompletedJob,
  CreateImageInput,
  FailedJob,
  ImageJob,
  ImageJobPage,
  ImageModels,
  JobRef,
  ListQueryInput,
  UploadedImage,
} from '@darkroom/contracts';
import type { UploadSource } from './upload-image.ts';

/** Options of every call. */
export interface CallOptions {
  /** Ends the call immediately with an `aborted` error. The server finishes what it has started. */
  signal?: AbortSignal | undefined;
}

/** Options of `create`. */
export interface CreateOptions extends CallOptions {
  /** 1 to 255 visible ASCII characters that identify this request for 7 days. Default: created by the client. */
  idempotencyKey?: string | undefined;
}

/** Options of `status`. */
export interface StatusOptions extends CallOptions {
  /** Long poll: seconds, 0 to 25, to wait for a change of the job. Default 0. */
  waitSeconds?: number | undefined;
  /** The version that the caller has: a higher one ends the wait. Without it, only the end of the job does. */
  afterVersion?: number | undefined;
}

/** Options of `wait`. */
export interface WaitOptions extends CallOptions {
  /** Called with the job after every read: on every change, and at the end of a poll without one. */
  onUpdate?: ((job: ImageJob) => void) | undefined;
  /**
   * Length of one long poll in seconds, 0 to 25; default 25. Shorter polls update the estimated progress more often.
   */
  pollSeconds?: number | undefined;
}

/** Options of `generate`: those of `create` and of `wait`. */
export interface GenerateOptions extends CreateOptions, WaitOptions {}

/**
 * Client of one user. Every method rejects with an `ImageApiError`; `generate` can also reject with a `JobFailedError`.
 */
export interface ImageClient {
  /**
   * Creates a job from a request. After a lost connection, `unavailable` or `draining` it retries with the same
   * idempotency key: at most 5 attempts, with delays of at most 10 s in total. Any refusal, also a temporary one
   * (`queue_full`, `rate_limited`), rejects immediately. The error has the key, with which the caller can retry.
   */
  create(request: CreateImageInput, options?: CreateOptions): Promise<ImageJob>;
  /**
   * The job as it is, or after a long poll. Never batched with other calls, since the server does not long-poll in a
   * batch.
   */
  status(jobId: string, options?: StatusOptions): Promise<ImageJob>;
  /**
   * Polls a job until it is COMPLETED or FAILED. Takes its id, or the job as last read, which saves one request. Lost
   * connections and other retryable errors are retried without a bound: use the signal to bound the wait.
   */
  wait(job: string | ImageJob, options?: WaitOptions): Promise<CompletedJob | FailedJob>;
  /** `create`, then `wait`. Rejects with a `JobFailedError` if the job FAILED; never creates a second job. */
  generate(request: CreateImageInput, options?: GenerateOptions): Promise<CompletedJob>;
  /**
   * One page of the user's jobs, newest first. `cursor` is the `next_cursor` of the previous page; null is the first
   * page.
   */
  list(query?: ListQueryInput, options?: CallOptions): Promise<ImageJobPage>;
  /** Cancels a job. Resolves with the job: FAILED `canceled`, or unchanged if it had ended already. */
  cancel(jobId: string, options?: CallOptions): Promise<ImageJob>;
  /** Deletes a job with its files and its copies of uploads, immediately. */
  delete(jobId: string, options?: CallOptions): Promise<JobRef>;
  /** The models that the service offers, with their limits and costs. Rejects with `not_found` at servers before 0.2. */
  models(options?: CallOptions): Promise<ImageModels>;
  /** Stores a JPEG, PNG, WebP or AVIF of at most 20 MiB for 7 days. Use its `image_file` as a reference. */
  upload(file: UploadSource, options?: CallOptions): Promise<UploadedImage>;
}
