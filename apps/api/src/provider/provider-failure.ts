import type { Charged, JobErrorCode } from '@darkroom/contracts';
import { MiniMaxError, type MiniMaxErrorKind } from '@darkroom/minimax-client';
import type { ProviderFailure, ProviderOutcome } from './image-provider.ts';

/** interface.md, section 7. Such a job is charged `unknown` when the provider may have accepted the call. */
const ERROR_CODES: Record<MiniMaxErrorKind, JobErrorCode> = {
  timeout: 'provider_timeout',
  unreachable: 'provider_unavailable',
  connection_lost: 'provider_unavailable',
  bad_answer: 'provider_unavailable',
  misdirected: 'provider_unavailable',
  rate_limited: 'provider_rate_limited',
  auth: 'provider_auth',
  balance: 'provider_balance',
  rejected: 'provider_rejected',
  content_input: 'content_rejected',
  content_output: 'content_rejected',
  error: 'provider_error',
  unreadable_reference: 'internal',
  aborted: 'provider_unavailable',
};

/** Kinds whose cause is not the request itself: when the provider did not accept such a call, it may be retried. */
const RETRYABLE: ReadonlySet<MiniMaxErrorKind> = new Set(['unreachable', 'rate_limited']);

/** Kinds that fail every request until the operator fixes an address, a key, an account or the network. */
const OPERATOR_KINDS: ReadonlySet<MiniMaxErrorKind> = new Set(['unreachable', 'misdirected', 'auth', 'balance']);

/**
 * Includes answers that do not come from MiniMax, such as a captive portal's HTTP 200. Excludes HTTP 5xx: MiniMax is
 * down.
 */
function needsOperator({ kind, httpStatus }: MiniMaxError): boolean {
  return OPERATOR_KINDS.has(kind) || (kind === 'bad_answer' && httpStatus !== undefined && httpStatus < 500);
}

/** HTTP 5xx with an error that says no more than that: H3's form of a server that is down. A known code says more. */
function isServerError({ kind, httpStatus = 0, statusCode }: MiniMaxError): boolean {
  return kind === 'error' && httpStatus >= 500 && statusCode === undefined;
}

/** The outcome of a call that ended with an error and without an image. */
export function toFailure(error: unknown): ProviderOutcome {
  if (!MiniMaxError.isInstance(error)) {
    const failure = { kind: 'unexpected', code: null, message: String(error), providerText: null };
    return { kind: 'failed', errorCode: 'internal', charged: 'unknown', failure, traceId: null, responseId: null };
  }
  const ids = { traceId: error.traceId ?? null, responseId: error.responseId ?? null };
  const errorCode = isServerError(error) ? 'provider_unavailable' : ERROR_CODES[error.kind];
  const failure = describeFailure(error);
  const diagnosis = { host: error.host ?? null, needsOperator: needsOperator(error) };
  if (error.taken === 'no' && RETRYABLE.has(error.kind)) {
    return { ...ids, kind: 'not_taken', errorCode, retryAfterMs: error.retryAfterMs ?? null, failure, diagnosis };
  }
  const charged: Charged = error.taken;
  return { ...ids, kind: 'failed', errorCode, charged, failure, diagnosis };
}

export function describeFailure(error: MiniMaxError): ProviderFailure {
  return {
    kind: error.kind,
    code: error.statusCode ?? error.httpStatus ?? null,
    message: error.message,
    providerText: error.providerMessage ?? null,
  };
}

/** MiniMax called an answer without images a success. */
export function noImages(ids: { traceId: string | null; responseId: string | null }): ProviderOutcome {
  return { ...ids, kind: 'failed', errorCode: 'no_images', charged: 'unknown', failure: NO_IMAGES };
}

const NO_IMAGES: ProviderFailure = {
  kind: 'no_images',
  code: 0,
  message: 'success without images',
  providerText: null,
};
