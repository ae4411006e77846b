/** Why a call brought no pictures. */
export type MiniMaxErrorKind =
  /** No connection: refused, DNS, TLS, or not in time. */
  | 'unreachable'
  /** The deadline passed on a connection that stood. */
  | 'timeout'
  /** The connection broke before the answer was whole. */
  | 'connection_lost'
  /** A redirect, 404, 405 or the like without a base_resp: what answered is not MiniMax's endpoint. */
  | 'misdirected'
  /** 5xx, not JSON, too large, or otherwise no answer of MiniMax's. */
  | 'bad_answer'
  | 'rate_limited'
  | 'auth'
  | 'balance'
  | 'rejected'
  /** Prompt or reference blocked. */
  | 'content_input'
  /** The drawn pictures blocked. */
  | 'content_output'
  /** MiniMax reports a failure of its own, or one that is not known here. */
  | 'error'
  /** The caller's signal. */
  | 'aborted';

/**
 * Whether MiniMax may have taken, and so billed, a call that failed. `no` is proven; a failure never proves that it was
 * taken, so the rest is `unknown`.
 */
export type Taken = 'no' | 'unknown';

/** What is known of a failed call; what is not known is left out. */
export interface MiniMaxErrorDetails {
  kind: MiniMaxErrorKind;
  taken: Taken;
  /** What happened, free of keys, prompts and queries. */
  reason: string;
  /** The endpoint's host and port. */
  host?: string | undefined;
  /** `base_resp.status_code`. */
  statusCode?: number | undefined;
  httpStatus?: number | undefined;
  /** `base_resp.status_msg`: MiniMax's own words, which may repeat parts of the prompt. */
  providerMessage?: string | undefined;
  traceId?: string | undefined;
  responseId?: string | undefined;
  /** From Retry-After. */
  retryAfterMs?: number | undefined;
  cause?: unknown;
}

const MARKER = Symbol.for('darkroom.minimax-client.error');

/** The one error that `generateImage` rejects with. */
export class MiniMaxError extends Error {
  override readonly name = 'MiniMaxError';
  readonly [MARKER] = true;
  readonly kind: MiniMaxErrorKind;
  readonly taken: Taken;
  /** The endpoint's host and port. */
  readonly host: string | undefined;
  readonly statusCode: number | undefined;
  readonly httpStatus: number | undefined;
  /** Not part of `message`, since it may repeat parts of the prompt. */
  readonly providerMessage: string | undefined;
  readonly traceId: string | undefined;
  readonly responseId: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(details: MiniMaxErrorDetails) {
    super(`MiniMax: ${details.reason}`, { cause: details.cause });
    this.kind = details.kind;
    this.taken = details.taken;
    this.host = details.host;
    this.statusCode = details.statusCode;
    this.httpStatus = details.httpStatus;
    this.providerMessage = details.providerMessage;
    this.traceId = details.traceId;
    this.responseId = details.responseId;
    this.retryAfterMs = details.retryAfterMs;
  }

  /** True for errors of another copy of this package too. */
  static isInstance(error: unknown): error is MiniMaxError {
    return error instanceof Error && MARKER in error;
  }
}
