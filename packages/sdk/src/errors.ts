import type { Charged, FailedJob } from '@darkroom/contracts';
import { type Issue, type JobErrorCode, REQUEST_ERRORS, type RequestErrorCode } from '@darkroom/contracts/errors';

/**
 * The server's error codes, and three of the client: no complete response arrived (`network`), the caller's signal
 * aborted (`aborted`), or the response is not one of Darkroom's (`bad_answer`).
 */
export type ImageApiErrorCode = RequestErrorCode | 'network' | 'aborted' | 'bad_answer';

/** What is known of a failed call. */
export interface ImageApiErrorDetails {
  /** Text for users: the server's if it sent one. Default: the text of the code. */
  message?: string | undefined;
  issues?: Issue[] | undefined;
  /** Milliseconds after which a retry makes sense. */
  retryAfterMs?: number | undefined;
  httpStatus?: number | undefined;
  cause?: unknown;
}

const OWN_MESSAGES = {
  network: '网络连接失败，请稍后重试',
  aborted: '请求已取消',
  bad_answer: '服务返回了无法识别的内容',
} as const;

/** A failed call. `message` is a text for users. A FAILED job is a successful answer, not an error of this class. */
export class ImageApiError extends Error {
  override readonly name = 'ImageApiError';
  readonly code: ImageApiErrorCode;
  /** Whether the same call may succeed later, unchanged. `create` must then use the same idempotency key. */
  readonly retryable: boolean;
  /** Milliseconds after which a retry makes sense; undefined if the server did not say. */
  readonly retryAfterMs: number | undefined;
  /** The faults by field: of an `invalid_request`, or the reason why an upload is not accepted. Otherwise empty. */
  readonly issues: Issue[];
  /** Undefined if no response arrived. */
  readonly httpStatus: number | undefined;
  /** Set by `create` and `generate`. Pass it to the next call to repeat the request without creating a second job. */
  idempotencyKey: string | undefined;

  constructor(code: ImageApiErrorCode, details: ImageApiErrorDetails = {}) {
    super(details.message ?? messageOf(code), { cause: details.cause });
    this.code = code;
    this.retryable = isRetryable(code, details.httpStatus);
    this.retryAfterMs = details.retryAfterMs;
    this.issues = details.issues ?? [];
    this.httpStatus = details.httpStatus;
  }
}

/** Whether an error is an `ImageApiError`, also from another copy of this package. */
export function isImageApiError(error: unknown): error is ImageApiError {
  return isNamed(error, 'ImageApiError');
}

/**
 * `generate` rejects with this if its job FAILED. Retrying is the user's decision, since it may cost again. `message`
 * is the job's `error_msg`.
 */
export class JobFailedError extends Error {
  override readonly name = 'JobFailedError';
  readonly job: FailedJob;
  /** The job's `error_code`. */
  readonly code: JobErrorCode;
  /** Whether a new job for the same request may succeed. */
  readonly retryable: boolean;
  /** Whether the provider may have billed the job. */
  readonly charged: Charged;

  constructor(job: FailedJob) {
    super(job.error_msg);
    this.job = job;
    this.code = job.error_code;
    this.retryable = job.retryable;
    this.charged = job.charged;
  }
}

/** Whether an error is a `JobFailedError`, also from another copy of this package. */
export function isJobFailedError(error: unknown): error is JobFailedError {
  return isNamed(error, 'JobFailedError');
}

/** Recognises an error by its name. `instanceof` fails between copies of a package and between realms. */
export function isNamed(error: unknown, name: string): boolean {
  return typeof error === 'object' && error !== null && 'name' in error && error.name === name;
}

function messageOf(code: ImageApiErrorCode): string {
  return isRequestErrorCode(code) ? REQUEST_ERRORS[code].zh : OWN_MESSAGES[code];
}

function isRetryable(code: ImageApiErrorCode, httpStatus = 0): boolean {
  if (isRequestErrorCode(code)) return REQUEST_ERRORS[code].retryable;
  if (code === 'bad_answer') return httpStatus >= 500 || httpStatus === 429; // a proxy answered for an absent server
  return code === 'network';
}

/** Whether this version knows `code`. */
export function isRequestErrorCode(code: unknown): code is RequestErrorCode {
  return typeof code === 'string' && Object.keys(REQUEST_ERRORS).includes(code);
}
