import { isUploadProblemReason } from '@darkroom/contracts/upload-problems';
import type { ImageApiError, ImageApiErrorCode } from '@darkroom/sdk';
import type { JobMessages } from '../../i18n/job.ts';
import type { Messages } from '../../i18n/zh.ts';

/** The most helpful next step; always offered, never automatic. */
export type NextStep = 'retry' | 'resend' | 'running' | 'edit' | 'reload' | 'home';

export type RequestCode = Exclude<ImageApiErrorCode, 'aborted'>;

/** Next step after a request that was refused or got no answer. */
export const STEPS: Record<RequestCode, NextStep> = {
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

export type RequestError = Pick<ImageApiError, 'code' | 'retryable' | 'issues' | 'retryAfterMs'>;

/** True unless the service refused the request for good; the draft is kept and can be sent again. */
export function canResend({ code, retryable }: RequestError): boolean {
  return retryable || code === 'unauthenticated' || code === 'bad_answer' || code === 'aborted';
}

/** Why a photo was not uploaded, and whether uploading it again may help. */
export function describeUploadFailure(error: RequestError, text: Messages) {
  const { title, reason, next } = describeRequestFailure(error, text);
  // A cause that the service named says what helps; the code alone does not.
  return { title, hint: error.issues.length > 0 ? reason : next, isRetryable: STEPS[requestCode(error)] === 'resend' };
}

/** The texts of all codes, or only those that an upload can have. */
type RequestTexts = Messages & Partial<Pick<JobMessages, 'jobRequestFailures'>>;

/** Why a request failed, without what it may have cost. */
export function describeRequestFailure(error: RequestError, text: RequestTexts) {
  const isSpace = error.issues.some((issue) => issue.reason === 'upload_space_full');
  const texts: Partial<Record<RequestCode, Messages['uploadSpaceFull']>> = {
    ...text.jobRequestFailures,
    ...text.requestFailures,
  };
  const known = texts[requestCode(error)] ?? text.requestFailures.internal;
  const { title, reason, next } = isSpace ? text.uploadSpaceFull : known;
  const issues = error.issues.map(({ path: [field = '', index], message, reason: cause, params = {} }) => {
    const problem = isUploadProblemReason(cause)
      ? text.uploadProblems[cause](params)
      : text.issue(String(field), message);
    return field === 'references' && typeof index === 'number' ? text.issueOfImage(index + 1, problem) : problem;
  });
  return { title, reason: issues.join(' ') || reason, next };
}

/** Aborted calls have no text: their callers do not show one. */
export function requestCode({ code }: RequestError): RequestCode {
  return code !== 'aborted' && code in STEPS ? code : 'network';
}
