import type { FailedJob } from '@darkroom/contracts';
import type { JobErrorCode } from '@darkroom/contracts/errors';
import type { ImageApiError, ImageApiErrorCode } from '@darkroom/sdk';
import type { Messages } from '../../i18n/zh.ts';

/** The one thing that most likely helps; always offered, never done by itself. */
export type NextStep = 'retry' | 'resend' | 'running' | 'edit' | 'reload' | 'home';

export interface FailureDescription {
  title: string;
  reason: string;
  /** What the person can do, in words. */
  next: string;
  /** Whether it may have cost something. */
  charge: string;
  /** What ordering the same anew is called, where that is a step. */
  again: string;
  step: NextStep;
  /** What else may help, after something else has changed. */
  also?: NextStep;
  /** Canceled by the person's own wish: an end, not a fault. */
  isWished: boolean;
}

/** Codes that the same order would meet again. */
const NEEDS_ANOTHER_ORDER: readonly JobErrorCode[] = ['provider_rejected', 'content_rejected'];

/** Why a job FAILED. Ordering the same again makes a new job under a new key, possibly at a cost. */
export function describeJobFailure(job: FailedJob, text: Messages): FailureDescription {
  const needsEdit = NEEDS_ANOTHER_ORDER.includes(job.error_code);
  return {
    ...wordsOf(job, text),
    charge: text.charge[job.charged],
    again: job.charged === 'no' ? text.actions.again : text.actions.againPaid,
    step: needsEdit ? 'edit' : job.retryable ? 'retry' : 'home',
    isWished: job.error_code === 'canceled',
  };
}

function wordsOf({ error_code, charged, request }: FailedJob, { jobFailures, contentRejections }: Messages) {
  if (error_code !== 'content_rejected') return jobFailures[error_code] ?? jobFailures.internal; // a newer service may know more
  // By the contract only what MiniMax refuses to begin with is certain to be free.
  if (charged !== 'no') return contentRejections.result;
  return request.subject_reference?.length ? contentRejections.promptOrPhoto : jobFailures.content_rejected;
}

type RequestCode = Exclude<ImageApiErrorCode, 'aborted'>;

/** What helps after a request that was not accepted or not answered. */
const STEPS: Record<RequestCode, NextStep> = {
  invalid_request: 'edit',
  unauthenticated: 'resend',
  forbidden: 'home',
  link_expired: 'reload',
  job_not_found: 'home',
  upload_not_found: 'edit',
  not_found: 'home',
  method_not_allowed: 'home',
  payload_too_large: 'edit',
  unsupported_media_type: 'edit',
  unsupported_image: 'edit',
  idempotency_mismatch: 'edit',
  rate_limited: 'resend',
  too_many_jobs: 'running',
  quota_exceeded: 'home',
  queue_full: 'resend',
  draining: 'resend',
  unavailable: 'resend',
  internal: 'resend',
  network: 'resend',
  bad_answer: 'resend',
};

/** Codes after which a sent order may have been accepted all the same. */
const UNANSWERED: readonly RequestCode[] = ['network', 'bad_answer', 'internal', 'unavailable'];

export type RequestError = Pick<ImageApiError, 'code' | 'retryable' | 'issues' | 'retryAfterMs'>;

/** The service has not answered that this order, as it is, never becomes a job: it is kept, to be sent again. */
export function keepsOrder({ code, retryable }: RequestError): boolean {
  return retryable || code === 'unauthenticated' || code === 'bad_answer' || code === 'aborted';
}

/** Why an order was not accepted. Sending it again uses the same key: at most one job comes of it. */
export function describeCreateFailure(error: RequestError, text: Messages): FailureDescription {
  const code = requestCode(error);
  const charge = UNANSWERED.includes(code) ? text.charge.unanswered : text.charge.none;
  const step = STEPS[code];
  const { next, ...words } = describe(error, text);
  return {
    ...words,
    next: keepsOrder(error) ? `${next} ${text.orderKept}` : next,
    charge,
    again: '',
    step,
    ...(step === 'running' && { also: 'resend' }),
    isWished: false,
  };
}

/** Why a job could not be read. Says nothing about the job itself. */
export function describeReadFailure(error: RequestError, text: Messages): FailureDescription {
  const step = STEPS[requestCode(error)] === 'home' ? 'home' : 'reload';
  const { title, reason, next } = describe(error, text);
  const wait = error.retryAfterMs === undefined ? '' : text.retryAfter(Math.ceil(error.retryAfterMs / 1000));
  return { title, reason, next: [next, wait].filter(Boolean).join(' '), charge: '', again: '', step, isWished: false };
}

function describe(error: RequestError, text: Messages) {
  const { title, reason, next } = text.requestFailures[requestCode(error)];
  const issues = error.issues.map(({ path: [field = ''], message }) => text.issue(String(field), message));
  return { title, reason: issues.join(' ') || reason, next };
}

/** An aborted call has no words of its own: whoever aborted it does not ask. */
function requestCode({ code }: RequestError): RequestCode {
  return code !== 'aborted' && code in STEPS ? code : 'network';
}
