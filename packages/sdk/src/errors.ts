import type { Charged, FailedJob } from '@darkroom/contracts';
import { type Issue, type JobErrorCode, REQUEST_ERRORS, type RequestErrorCode } from '@darkroom/contracts/errors';

/**
 * The server's closed table, and three that only a client can see: no whole answer came (`network`), the caller ended the
 * call (`aborted`), or something other than Darkroom answered (`bad_answer`).
 */
export type ImageApiErrorCode = RequestErrorCode | 'network' | 'aborted' | 'bad_answer';

export interface ImageApiErrorDetails {
  /** For people; the server's own words where it has said something. */
  message?: string | undefined;
  issues?: Issue[] | undefined;
  /** Milliseconds after which trying again makes sense. */
  retryAfterMs?: number | undefined;
  httpStatus?: number | undefined;
  cause?: unknown;
}

const OWN_MESSAGES = {
  network: '网络连接失败，请稍后重试',
  aborted: '请求已取消',
  bad_answer: '服务返回了无法识别的内容',
} as const;

/** Why a call was not answered. A job that FAILED is an answer, not one of these. */
export class ImageApiError extends Error {
  override readonly name = 'ImageApiError';
  readonly code: ImageApiErrorCode;
  /** The same call may work later as it is. For `create`, with the same idempotency key. */
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  /** For `invalid_request`: which fields, and why. */
  readonly issues: Issue[];
  /** Undefined when no answer came. */
  readonly httpStatus: number | undefined;
  /** Set by `create` and `generate`: give it again to repeat that order without ordering twice. */
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

export function isImageApiError(error: unknown): error is ImageApiError {
  return isNamed(error, 'ImageApiError');
}

/** What `generate` rejects with when its job FAILED. Ordering again is a person's choice: it may cost again. */
export class JobFailedError extends Error {
  override readonly name = 'JobFailedError';
  readonly job: FailedJob;
  readonly code: JobErrorCode;
  readonly retryable: boolean;
  readonly charged: Charged;

  constructor(job: FailedJob) {
    super(job.error_msg);
    this.job = job;
    this.code = job.error_code;
    this.retryable = job.retryable;
    this.charged = job.charged;
  }
}

export function isJobFailedError(error: unknown): error is JobFailedError {
  return isNamed(error, 'JobFailedError');
}

/** Recognises an error by its name: classes differ between copies of a package and between realms. */
export function isNamed(error: unknown, name: string): boolean {
  return typeof error === 'object' && error !== null && 'name' in error && error.name === name;
}

function messageOf(code: ImageApiErrorCode): string {
  return isRequestErrorCode(code) ? REQUEST_ERRORS[code].zh : OWN_MESSAGES[code];
}

function isRetryable(code: ImageApiErrorCode, httpStatus = 0): boolean {
  if (isRequestErrorCode(code)) return REQUEST_ERRORS[code].retryable;
  if (code === 'bad_answer') return httpStatus >= 500 || httpStatus === 429; // a proxy speaking for an absent server
  return code === 'network';
}

export function isRequestErrorCode(code: unknown): code is RequestErrorCode {
  return typeof code === 'string' && Object.keys(REQUEST_ERRORS).includes(code);
}
