import type { FailedJob } from '@darkroom/contracts';
import type { JobErrorCode } from '@darkroom/contracts/errors';
import { referencesOf } from '@darkroom/contracts/references';
import type { JobMessages } from '../../i18n/job.ts';
import type { Messages } from '../../i18n/zh.ts';
import {
  canResend,
  describeRequestFailure,
  type NextStep,
  type RequestCode,
  type RequestError,
  requestCode,
  STEPS,
} from './describe-request-failure.ts';

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
export function describeJobFailure(job: FailedJob, text: JobMessages): FailureDescription {
  const needsEdit = NEEDS_ANOTHER_REQUEST.includes(job.error_code);
  return {
    ...wordsOf(job, text),
    charge: text.charge[job.charged],
    again: job.charged === 'no' ? text.actions.again : text.actions.againPaid,
    step: needsEdit ? 'edit' : job.retryable ? 'retry' : 'home',
    isWished: job.error_code === 'canceled',
  };
}

function wordsOf({ error_code, charged, request }: FailedJob, { jobFailures, contentRejections }: JobMessages) {
  if (error_code !== 'content_rejected') return jobFailures[error_code] ?? jobFailures.internal; // a newer service may know more
  // By the contract only what MiniMax refuses to begin with is certain to be free.
  if (charged !== 'no') return contentRejections.result;
  return referencesOf(request).length > 0 ? contentRejections.promptOrPhoto : jobFailures.content_rejected;
}

/** Codes after which the request may have been accepted all the same. */
const UNANSWERED: readonly RequestCode[] = ['network', 'bad_answer', 'internal', 'unavailable'];

/** Why a request was not accepted. Sending it again uses the same key, so at most one job results. */
export function describeCreateFailure(error: RequestError, text: Messages & JobMessages): FailureDescription {
  const code = requestCode(error);
  const charge = UNANSWERED.includes(code) ? text.charge.unanswered : text.charge.none;
  const step = STEPS[code];
  const { next, ...words } = describeRequestFailure(error, text);
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
export function describeReadFailure(error: RequestError, text: Messages & JobMessages): FailureDescription {
  const step = STEPS[requestCode(error)] === 'home' ? 'home' : 'reload';
  const { title, reason, next } = describeRequestFailure(error, text);
  const wait = error.retryAfterMs === undefined ? '' : text.retryAfter(Math.ceil(error.retryAfterMs / 1000));
  return { title, reason, next: [next, wait].filter(Boolean).join(' '), charge: '', again: '', step, isWished: false };
}
