import * as z from 'zod';
import { asSent } from './as-sent.ts';
import { AcceptedOrder } from './create-image.ts';
import { JOB_ERROR_CODES } from './errors.ts';
import { LIST_LIMIT_DEFAULT, LIST_LIMIT_MAX, WAIT_SECONDS_MAX } from './limits.ts';

const ID_MAX = 2n ** 63n - 1n;

/** A 64-bit id, 0 to 2^63-1, as digits. */
export const Id = z
  .string()
  .regex(/^\d{1,19}$/, { error: '编号必须是数字', abort: true })
  .refine((digits) => BigInt(digits) <= ID_MAX, '编号超出范围');

/** Whom a token speaks for: a 64-bit id as digits, or a name of the operator's own, kept as it is. */
export const UserId = z.string().regex(/^[\x20-\x7e]{1,128}$/);

export const JobStatus = z.enum(['PENDING', 'PROCESSING', 'COMPLETED', 'FAILED']);
export type JobStatus = z.output<typeof JobStatus>;

/** Not a UUID on purpose: an id that cannot exist is answered as a job that does not exist. */
const JobId = z.string();

export const StatusQuery = asSent(
  z.strictObject({
    job_id: JobId,
    /**
     * Seconds to hold the answer until there is news. Ignored in a tRPC batch of two or more calls, whose answers come
     * together: the response then carries `Darkroom-Wait: ignored-in-batch`.
     */
    wait_seconds: z.number().min(0).max(WAIT_SECONDS_MAX).default(0),
    /** The version already known; without it the answer is held until the job ends. */
    after_version: z.int().min(0).optional(),
  }),
);
export type StatusQuery = z.output<typeof StatusQuery>;
export type StatusQueryInput = z.input<typeof StatusQuery>;

export const ListQuery = asSent(
  z.strictObject({
    limit: z.int().min(1).max(LIST_LIMIT_MAX).default(LIST_LIMIT_DEFAULT),
    /** `next_cursor` of the page before, as it came: null asks for the first page, as absent does. */
    cursor: z.string().min(1).max(200).optional(),
    status: JobStatus.optional(),
    star_id: Id.optional(),
  }),
);
export type ListQuery = z.output<typeof ListQuery>;
export type ListQueryInput = z.input<typeof ListQuery>;

export const JobRef = asSent(z.strictObject({ job_id: JobId }));
export type JobRef = z.output<typeof JobRef>;

/** Whether the provider may have billed the job. */
export const Charged = z.enum(['yes', 'no', 'unknown']);
export type Charged = z.output<typeof Charged>;

const Time = z.iso.datetime({ precision: 3 });

/** One delivered picture. */
export const ImageAsset = z.object({
  /** Signed; a later status answer carries a fresh link. */
  url: z.string(),
  url_expires_at: Time,
  /** Pixels; null when the bytes were delivered as they came and could not be read. */
  width: z.int().nullable(),
  height: z.int().nullable(),
  bytes: z.int(),
  content_type: z.string(),
  /** False: the provider's own bytes. */
  compressed: z.boolean(),
  /** What to show while the picture loads: a thumbhash in base64; null when the picture could not be read. */
  placeholder: z.string().nullable(),
});
export type ImageAsset = z.output<typeof ImageAsset>;

const JobBase = z.object({
  job_id: z.uuid(),
  user_id: UserId,
  star_id: Id.nullable(),
  created_at: Time,
  updated_at: Time,
  /** Rises with every change of status, stage, images or charge. */
  version: z.int(),
  /** The order as accepted, so that the same can be ordered again; a data URL is shown as the upload it became. */
  request: AcceptedOrder,
});

const Following = {
  /** Milliseconds that a client which does not long-poll should wait. */
  poll_after_ms: z.int(),
  /** Seconds to the end; null when there is nothing to base an estimate on. */
  eta_seconds: z.number().nullable(),
};

export const PendingJob = JobBase.extend({
  status: z.literal('PENDING'),
  progress: z.literal(0),
  ...Following,
  /** 1 is next. May rise when fairness lets another user in. */
  queue_position: z.int().min(1),
});
export type PendingJob = z.output<typeof PendingJob>;

export const ProcessingJob = JobBase.extend({
  status: z.literal('PROCESSING'),
  /** Never falls. */
  progress: z.int().min(1).max(99),
  ...Following,
  stage: z.enum(['generating', 'saving']),
});
export type ProcessingJob = z.output<typeof ProcessingJob>;

export const CompletedJob = JobBase.extend({
  status: z.literal('COMPLETED'),
  progress: z.literal(100),
  images: z.array(z.string()).min(1),
  assets: z.array(ImageAsset).min(1),
  /** Pictures that were ordered and not delivered. */
  failed_count: z.int().min(0),
  completed_at: Time,
  charged: Charged,
});
export type CompletedJob = z.output<typeof CompletedJob>;

export const FailedJob = JobBase.extend({
  status: z.literal('FAILED'),
  progress: z.literal(0),
  completed_at: Time,
  error_code: z.enum(JOB_ERROR_CODES),
  error_msg: z.string(),
  /** A person may sensibly try again, possibly at a cost. */
  retryable: z.boolean(),
  charged: Charged,
});
export type FailedJob = z.output<typeof FailedJob>;

/** The same JSON from tRPC, in REST's `data`, and in the sdk. */
export const ImageJob = z.discriminatedUnion('status', [PendingJob, ProcessingJob, CompletedJob, FailedJob]);
export type ImageJob = z.output<typeof ImageJob>;

export const ImageJobPage = z.object({
  jobs: z.array(ImageJob),
  /** Null at the end. */
  next_cursor: z.string().nullable(),
});
export type ImageJobPage = z.output<typeof ImageJobPage>;

/** What an upload answers with. */
export const UploadedImage = z.object({
  /** `upload://<id>`, for `subject_reference`. */
  image_file: z.string(),
  url: z.string(),
  width: z.int(),
  height: z.int(),
  bytes: z.int(),
});
export type UploadedImage = z.output<typeof UploadedImage>;
