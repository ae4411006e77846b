import type { CreateImage } from './create-image.ts';
import type { ImageJob, ImageJobPage, JobRef, ListQuery, StatusQuery, UploadedImage } from './image-job.ts';
import type { ImageModels } from './image-models.ts';

/**
 * The user of a call, from the token. `user_id` is a 64-bit id as digits or a name of 1 to 128 printable ASCII
 * characters; `star_id` is a 64-bit id as digits.
 */
export interface Viewer {
  user_id: string;
  star_id: string | null;
}

/** Options of `create`. */
export interface CreateOptions {
  /** 1 to 255 visible ASCII characters. A repeated key with the same request resolves with the first job. */
  idempotency_key?: string | undefined;
}

/** Options of `status`. */
export interface WatchOptions {
  /** Ends the long poll, since the client is gone. */
  signal?: AbortSignal | undefined;
}

/**
 * The operations that the server implements and that every API surface (tRPC, REST) calls. Inputs are already parsed.
 * Every method rejects with an `ImageError` for an error that is reported to the caller by its code, and with anything
 * else for an internal error.
 */
export interface ImageService {
  /**
   * Accepts a request as a job. Rejects with `idempotency_mismatch`, `upload_not_found` or `invalid_request` (a model
   * that is not offered, a reference that the model does not take), and with `draining`,
   * `queue_full`, `rate_limited`, `too_many_jobs` or `quota_exceeded` if a later retry can succeed.
   */
  create(viewer: Viewer, input: CreateImage, options: CreateOptions): Promise<ImageJob>;
  /** The job, after a long poll if `wait_seconds` is above 0. Rejects with `job_not_found` or `forbidden`. */
  status(viewer: Viewer, query: StatusQuery, options: WatchOptions): Promise<ImageJob>;
  /** One page of the user's jobs, newest first. */
  list(viewer: Viewer, query: ListQuery): Promise<ImageJobPage>;
  /**
   * Makes a job that has not ended FAILED `canceled`; resolves with any other job unchanged. A running call is not
   * stopped.
   */
  cancel(viewer: Viewer, ref: JobRef): Promise<ImageJob>;
  /** Removes a job with its files, after canceling it. A repeated delete succeeds. */
  delete(viewer: Viewer, ref: JobRef): Promise<JobRef>;
  /** The models that this deployment offers, with their limits and costs. */
  models(viewer: Viewer): Promise<ImageModels>;
  /** Keeps a JPEG, PNG, WebP or AVIF for 7 days. Rejects with `unsupported_image` and an `UploadProblemReason`. */
  upload(viewer: Viewer, bytes: Uint8Array): Promise<UploadedImage>;
}
