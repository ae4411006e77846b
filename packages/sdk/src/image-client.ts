import type {
  CompletedJob,
  CreateImageInput,
  FailedJob,
  ImageJob,
  ImageJobPage,
  JobRef,
  ListQueryInput,
  UploadedImage,
} from '@darkroom/contracts';
import type { UploadSource } from './upload-image.ts';

export interface CallOptions {
  /** Ends the call at once with an `aborted` error. What the server has begun, it finishes. */
  signal?: AbortSignal | undefined;
}

export interface CreateOptions extends CallOptions {
  /** 1 to 255 visible ASCII characters; names this order. Made by the client if not given. */
  idempotencyKey?: string | undefined;
}

export interface StatusOptions extends CallOptions {
  /** 0 to 25: seconds to hold the answer until there is news. */
  waitSeconds?: number | undefined;
  /** The version already known; without it the answer is held until the job ends. */
  afterVersion?: number | undefined;
}

export interface WaitOptions extends CallOptions {
  /** Gets every job as it is read: at every change, and at the end of every poll without one. */
  onUpdate?: ((job: ImageJob) => void) | undefined;
  /** 0 to 25 (the default): seconds that one poll is held. Shorter polls see estimates of progress more often. */
  pollSeconds?: number | undefined;
}

export interface GenerateOptions extends CreateOptions, WaitOptions {}

/** Every method rejects with an `ImageApiError`, and `generate` also with a `JobFailedError`. */
export interface ImageClient {
  /**
   * Orders pictures. A lost connection or a server that is away for a moment is met by sending the same key again, at most
   * 5 times in some 10 s; whatever refuses the order, also for the moment (`queue_full`, `rate_limited`), rejects at once.
   * Either error carries the key, for the caller to go on with.
   */
  create(order: CreateImageInput, options?: CreateOptions): Promise<ImageJob>;
  /** Sent as a request of its own, since a server holds no answer inside a batch. */
  status(jobId: string, options?: StatusOptions): Promise<ImageJob>;
  /**
   * Follows a job, by its id or (one request less) as it was last seen, until it is COMPLETED or FAILED. Waits out lost
   * connections without end: bound it by the signal.
   */
  wait(job: string | ImageJob, options?: WaitOptions): Promise<CompletedJob | FailedJob>;
  /** `create`, then `wait`. Never orders a FAILED job again. */
  generate(order: CreateImageInput, options?: GenerateOptions): Promise<CompletedJob>;
  /** The caller's jobs, newest first. `cursor` takes the `next_cursor` of the page before; null is the first page. */
  list(query?: ListQueryInput, options?: CallOptions): Promise<ImageJobPage>;
  /** Answers with the job: FAILED `canceled`, or as it ended before. */
  cancel(jobId: string, options?: CallOptions): Promise<ImageJob>;
  /** Job, files and upload copies are gone at once. */
  delete(jobId: string, options?: CallOptions): Promise<JobRef>;
  /** Stores a JPEG, PNG, WebP or AVIF of up to 20 MB for 7 days; its `image_file` goes into `subject_reference`. */
  upload(file: UploadSource, options?: CallOptions): Promise<UploadedImage>;
}
