import type { FailedJob } from '@darkroom/contracts';
import type { JobErrorCode } from '@darkroom/contracts/errors';
import { referencesOf } from '@darkroom/contracts/references';
import { isUploadProblemReason } from '@darkroom/contracts/upload-problems';
import type { ImageApiError, ImageApiErrorCode } from '@darkroom/sdk';
import type { Messages } from '../../i18n/zh.ts';

/** The most helpful next step; always offered, never automatic. */
export type NextStep = 'retry' | 'resend' | 'running' | 'edit' | 'reload' | 'home';

export interface FailureDescription {
  title: string;
  reason: string;
  /** Advice. */
  next: string;
  /** Text about a possible charge. */
  charge: string;
  /** Label of "make again", where that is offered. */
  again: string;
  step: NextStep;
  /** What else may help, after something else has changed. */
  also?: NextStep;
  /** Canceled by the user: not an error. */
  isWished: boolean;
}

/** Codes that the same request would produce again. */
const NEEDS_ANOTHER_REQUEST: readonly JobErrorCode[] = ['provider_rejected', 'content_rejected'];

/** Why a job FAILED. Repeating the request creates a new job under a new key, possibly at a cost. */
export function describeJobFailure(job: FailedJob, text: Messages): FailureDescription {
  const needsEdit = NEEDS_ANOTHER_REQUEST.includes(job.error_code);
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
  return referencesOf(request).length > 0 ? contentRejections.promptOrPhoto : jobFailures.content_rejected;
}

type RequestCode = Exclude<ImageApiErrorCode, 'aborted'>;

/** Next step after a request that was refused or got no answer. */
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

/** Codes after which the request may have been accepted all the same. */
const UNANSWERED: readonly RequestCode[] = ['network', 'bad_answer', 'internal', 'unavailable'];

export type RequestError = Pick<ImageApiError, 'code' | 'retryable' | 'issues' | 'retryAfterMs'>;

/** True unless the service refused the request for good; the draft is kept and can be sent again. */
export function canResend({ code, retryable }: RequestError): boolean {
  return retryable || code === 'unauthenticated' || code === 'bad_answer' || code === 'aborted';
}

/** Why a request was not accepted. Sending it again uses the same key, so at most one job results. */
export function describeCreateFailure(error: RequestError, text: Messages): FailureDescription {
  const code = requestCode(error);
  const charge = UNANSWERED.includes(code) ? text.charge.unanswered : text.charge.none;
  const step = STEPS[code];
  const { next, ...words } = describe(error, text);
  return {
    ...words,
    next: canResend(error) ? `${next} ${text.requestKept}` : next,
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
  const isSpace = error.issues.some((issue) => issue.reason === 'upload_space_full');
  const { title, reason, next } = isSpace ? text.uploadSpaceFull : text.requestFailures[requestCode(error)];
  const issues = error.issues.map(({ path: [field = ''], message, reason: cause, params = {} }) =>
    isUploadProblemReason(cause) ? text.uploadProblems[cause](params) : text.issue(String(field), message),
  );
  return { title, reason: issues.join(' ') || reason, next };
}

/** Aborted calls have no text: their callers do not show one. */
function requestCode({ code }: RequestError): RequestCode {
  return code !== 'aborted' && code in STEPS ? code : 'network';
}
