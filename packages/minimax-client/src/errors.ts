/** Why a call returned no images. Codes are those of `base_resp` or `error.code`; status-codes.ts has the whole table. */
export type MiniMaxErrorKind =
  /** No connection was established: refused, DNS, TLS, or a timeout. */
  | 'unreachable'
  /** The deadline passed after the connection was established. */
  | 'timeout'
  /** The connection was lost before the response was complete. */
  | 'connection_lost'
  /** A redirect, 404, 405 or the like without a base_resp: the responder is not MiniMax's endpoint. */
  | 'misdirected'
  /** The response is a 5xx, not JSON, too large, or otherwise not one of MiniMax's. */
  | 'bad_answer'
  /** A rate limit or connection limit of MiniMax's: 1002, 1039, 1041, 2045 or HTTP 429. */
  | 'rate_limited'
  /** The key is wrong, of another region, or not verified: 1004, 2038, 2049 or HTTP 401, 403. */
  | 'auth'
  /** The balance or plan is used up, or the plan lacks the model: 1008, 1028, 1030, 2056, 2061; for H3 HTTP 402. */
  | 'balance'
  /** Invalid parameters or reference: 1042, 2013, 1000 "disallowed image url" or HTTP 400, 413, 422. */
  | 'rejected'
  /** MiniMax's review blocked the prompt or the reference (1026). */
  | 'content_input'
  /** MiniMax's review blocked the generated images (1027). */
  | 'content_output'
  /** MiniMax reports an internal failure or an unknown code. */
  | 'error'
  /** The bytes of a reference could not be read, so the request was not sent to its end. */
  | 'unreadable_reference'
  /** The caller's signal aborted. */
  | 'aborted';

/**
 * Whether MiniMax may have accepted, and so billed, a failed call. `no` is proven: the call is safe to retry. Every
 * other failure is `unknown`, since no failure proves that a call was accepted.
 */
export type Taken = 'no' | 'unknown';

/** The known facts of a failed call. Unknown ones are absent. */
export interface MiniMaxErrorDetails {
  kind: MiniMaxErrorKind;
  taken: Taken;
  /** What happened, for the log. Contains no key, no prompt and no URL query. */
  reason: string;
  /** Host and port of the endpoint. */
  host?: string | undefined;
  /** `base_resp.status_code`, or `error.code` if it is a number. */
  statusCode?: number | undefined;
  /** `error.code` or `error.type` if it is a word, such as `rate_limit_exceeded`. */
  errorCode?: string | undefined;
  /** Status of the response, or `error.http_code` of an event. */
  httpStatus?: number | undefined;
  /** `base_resp.status_msg` or `error.message`: MiniMax's text, which may contain parts of the prompt. */
  providerMessage?: string | undefined;
  /** Header `Trace-Id`. */
  traceId?: string | undefined;
  /** `id` of the response body; for H3 its `request_id`. */
  responseId?: string | undefined;
  /** Milliseconds, from the header Retry-After. */
  retryAfterMs?: number | undefined;
  cause?: unknown;
}

const MARKER = Symbol.for('darkroom.minimax-client.error');

/** The only error that the client rejects with. Its `message` contains no key, no prompt and no URL query. */
export class MiniMaxError extends Error {
  override readonly name = 'MiniMaxError';
  readonly [MARKER] = true;
  readonly kind: MiniMaxErrorKind;
  readonly taken: Taken;
  /** Host and port of the endpoint. */
  readonly host: string | undefined;
  /** `base_resp.status_code`, or `error.code` if it is a number. */
  readonly statusCode: number | undefined;
  /** `error.code` or `error.type` if it is a word. */
  readonly errorCode: string | undefined;
  /** Status of the response, or `error.http_code` of an event. */
  readonly httpStatus: number | undefined;
  /** `base_resp.status_msg` or `error.message`, at most 1000 UTF-16 units. Not in `message`, since it may contain parts of the prompt. */
  readonly providerMessage: string | undefined;
  /** Header `Trace-Id`, which MiniMax's support asks for. */
  readonly traceId: string | undefined;
  /** `id` of the response body; for H3 its `request_id`. */
  readonly responseId: string | undefined;
  /** Milliseconds, from the header Retry-After. */
  readonly retryAfterMs: number | undefined;

  constructor(details: MiniMaxErrorDetails) {
    super(`MiniMax: ${details.reason}`, { cause: details.cause });
    this.kind = details.kind;
    this.taken = details.taken;
    this.host = details.host;
    this.statusCode = details.statusCode;
    this.errorCode = details.errorCode;
    this.httpStatus = details.httpStatus;
    this.providerMessage = details.providerMessage;
    this.traceId = details.traceId;
    this.responseId = details.responseId;
    this.retryAfterMs = details.retryAfterMs;
  }

  /** Also true for errors from another copy of this package, unlike `instanceof`. */
  static isInstance(error: unknown): error is MiniMaxError {
    return error instanceof Error && MARKER in error;
  }
}
