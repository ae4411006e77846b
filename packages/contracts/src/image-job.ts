import * as z from 'zod';
import { asSent } from './as-sent.ts';
import { AcceptedRequest } from './create-image.ts';
import { JOB_ERROR_CODES } from './errors.ts';
import { LIST_LIMIT_DEFAULT, LIST_LIMIT_MAX, WAIT_SECONDS_MAX } from './limits.ts';

const ID_MAX = 2n ** 63n - 1n;

/** A 64-bit id as decimal digits: 0 to 2^63-1. A string, since JavaScript numbers lose precision above 2^53. */
export const Id = z
  .string()
  .regex(/^\d{1,19}$/, { error: '编号必须是数字', abort: true })
  .refine((digits) => BigInt(digits) <= ID_MAX, '编号超出范围');

/**
 * The user of a token: a 64-bit id as digits, or a name chosen by the operator. 1 to 128 printable ASCII characters.
 */
export const UserId = z.string().regex(/^[\x20-\x7e]{1,128}$/);

/** Status of a job. It only moves forward; COMPLETED and FAILED are final. */
export const JobStatus = z.enum(['PENDING', 'PROCESSING', 'COMPLETED', 'FAILED']);
export type JobStatus = z.output<typeof JobStatus>;

/** Deliberately not `z.uuid()`: a malformed id must answer `job_not_found`, not `invalid_request`. */
const JobId = z.string();

/**
 * Input of `image.status`: a plain read, or a long poll if `wait_seconds` is above 0. Errors: `job_not_found`, and
 * `forbidden` for the job of another user.
 */
export const StatusQuery = asSent(
  z.strictObject({
    job_id: JobId,
    /**
     * Seconds to hold the answer until the job changes: 0 to 25, default 0. Ignored in a tRPC batch of two or more
     * calls, since a batch is answered as a whole; the response then carries `Darkroom-Wait: ignored-in-batch`.
     */
    wait_seconds: z.number().min(0).max(WAIT_SECONDS_MAX).default(0),
    /** The version that the client has: a higher one ends the wait. Without it, only the end of the job does. */
    after_version: z.int().min(0).optional(),
  }),
);
export type StatusQuery = z.output<typeof StatusQuery>;
/** What a client may send for a `StatusQuery`. */
export type StatusQueryInput = z.input<typeof StatusQuery>;

/** Input of `image.list`: one page of the user's jobs, newest first, optionally of one status or one star. */
export const ListQuery = asSent(
  z.strictObject({
    limit: z.int().min(1).max(LIST_LIMIT_MAX).default(LIST_LIMIT_DEFAULT),
    /** `next_cursor` of the previous page, unchanged. Null or absent: the first page. At most 200 characters. */
    cursor: z.string().min(1).max(200).optional(),
    status: JobStatus.optional(),
    star_id: Id.optional(),
  }),
);
export type ListQuery = z.output<typeof ListQuery>;
/** What a client may send for a `ListQuery`. */
export type ListQueryInput = z.input<typeof ListQuery>;

/** Names one job: the input of `image.cancel` and `image.delete`, and the answer of `image.delete`. */
export const JobRef = asSent(z.strictObject({ job_id: JobId }));
export type JobRef = z.output<typeof JobRef>;

/**
 * Whether the provider may have billed the job; `unknown` after a lost answer, a timeout, a presumed outcome, or a
 * cancellation while a call is in flight.
 */
export const Charged = z.enum(['yes', 'no', 'unknown']);
export type Charged = z.output<typeof Charged>;

/** UTC, ISO 8601 with milliseconds. */
const Time = z.iso.datetime({ precision: 3 });

/** One image as delivered. */
export const ImageAsset = z.object({
  /** Signed link, valid until `url_expires_at`. Every later answer about the job carries a fresh one. */
  url: z.string(),
  url_expires_at: Time,
  /** Pixels, as is `height`; null if the provider's bytes were delivered unchanged and could not be decoded. */
  width: z.int().nullable(),
  height: z.int().nullable(),
  /** Size of the file. */
  bytes: z.int(),
  /** Media type of the file, such as `image/jpeg`. */
  content_type: z.string(),
  /** True if the image was re-encoded; false if these are the provider's own bytes. */
  compressed: z.boolean(),
  /** Preview while the image loads: a thumbhash in base64. Null if the image could not be decoded. */
  placeholder: z.string().nullable(),
  /** Which of the requested images this is, from 0 to n-1; absent if the server does not say. */
  index: z.int().min(0).optional(),
});
export type ImageAsset = z.output<typeof ImageAsset>;

/** An image that arrived while others of its job are still being made. */
export const ArrivedAsset = ImageAsset.extend({ index: z.int().min(0) });
export type ArrivedAsset = z.output<typeof ArrivedAsset>;

const JobBase = z.object({
  job_id: z.uuid(),
  user_id: UserId,
  star_id: Id.nullable(),
  created_at: Time,
  updated_at: Time,
  /** Rises with every change of status, stage, images or charge; not with progress, estimate or queue position. */
  version: z.int(),
  /** The request as accepted, ready to be sent again. A data URL is shown as the upload that it was stored as. */
  request: AcceptedRequest,
  /**
   * Signed links to the references of the request, in their order; null for one that is no upload or is not kept any
   * more. Absent in answers of servers before 0.2.
   */
  reference_urls: z.array(z.string().nullable()).optional(),
});

const Following = {
  /** Milliseconds to the next poll, for a client that does not long-poll. */
  poll_after_ms: z.int(),
  /** Estimated seconds until the job ends; null if there is no basis for an estimate. */
  eta_seconds: z.number().nullable(),
};

const Arrived = {
  /** Links of the images that have arrived already, as in `assets`; absent if there are none yet. */
  images: z.array(z.string()).optional(),
  /** The images that have arrived already, in order of `index`. */
  assets: z.array(ArrivedAsset).optional(),
};

/** A job that waits for its first provider call. */
export const PendingJob = JobBase.extend({
  status: z.literal('PENDING'),
  progress: z.literal(0),
  ...Following,
  /** Position in the queue, from 1 (next). May rise, since rotation can take a later job of another user first. */
  queue_position: z.int().min(1),
});
export type PendingJob = z.output<typeof PendingJob>;

/** A job in work: waiting for the provider (`generating`), or its images are being fetched and kept (`saving`). */
export const ProcessingJob = JobBase.extend({
  status: z.literal('PROCESSING'),
  /** Estimated percent. It never falls. */
  progress: z.int().min(1).max(99),
  ...Following,
  stage: z.enum(['generating', 'saving']),
  ...Arrived,
});
export type ProcessingJob = z.output<typeof ProcessingJob>;

/** A job with at least one image. Final. */
export const CompletedJob = JobBase.extend({
  status: z.literal('COMPLETED'),
  progress: z.literal(100),
  /** The `url` of each asset, in the same order. */
  images: z.array(z.string()).min(1),
  assets: z.array(ImageAsset).min(1),
  /** Number of requested images that were not delivered. */
  failed_count: z.int().min(0),
  completed_at: Time,
  charged: Charged,
});
export type CompletedJob = z.output<typeof CompletedJob>;

/**
 * A job without an image, or one that was canceled after some had arrived. Final, except that `charged` may still change
 * and that images which had arrived may still be added.
 */
export const FailedJob = JobBase.extend({
  status: z.literal('FAILED'),
  progress: z.literal(0),
  completed_at: Time,
  error_code: z.enum(JOB_ERROR_CODES),
  /** Chinese text for users: the `zh` of `JOB_ERRORS`. */
  error_msg: z.string(),
  /** Whether the same request may succeed if the user sends it again, possibly at a further cost. */
  retryable: z.boolean(),
  charged: Charged,
  /** Images that had arrived before the job was canceled; absent if there are none. */
  ...Arrived,
});
export type FailedJob = z.output<typeof FailedJob>;

/** A job, by status. The same JSON in tRPC results, in `data` of REST answers, and in the sdk. */
export const ImageJob = z.discriminatedUnion('status', [PendingJob, ProcessingJob, CompletedJob, FailedJob]);
export type ImageJob = z.output<typeof ImageJob>;

/** One page of jobs, newest first. */
export const ImageJobPage = z.object({
  jobs: z.array(ImageJob),
  /** The `cursor` of the next page; null on the last page. */
  next_cursor: z.string().nullable(),
});
export type ImageJobPage = z.output<typeof ImageJobPage>;

/** The answer to an upload. */
export const UploadedImage = z.object({
  /** `upload://<id>`, valid for 7 days as `image_file` of a reference. */
  image_file: z.string(),
  /** Signed link to the stored file. */
  url: z.string(),
  /** Pixels of the stored file, as is `height`. */
  width: z.int(),
  height: z.int(),
  bytes: z.int(),
});
export type UploadedImage = z.output<typeof UploadedImage>;
