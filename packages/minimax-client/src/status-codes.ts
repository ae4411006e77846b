import type { MiniMaxErrorKind, Taken } from './errors.ts';

/** Meaning of a code or status. */
export interface Failure {
  kind: MiniMaxErrorKind;
  taken: Taken;
}

/** Meaning of each `base_resp.status_code` (https://platform.minimaxi.com/docs/api-reference/errorcode). */
const STATUS_CODES: Record<number, Failure> = {
  1000: { kind: 'error', taken: 'unknown' },
  1001: { kind: 'error', taken: 'unknown' },
  1002: { kind: 'rate_limited', taken: 'no' },
  1004: { kind: 'auth', taken: 'no' },
  1008: { kind: 'balance', taken: 'no' },
  1013: { kind: 'error', taken: 'unknown' },
  1024: { kind: 'error', taken: 'unknown' },
  1026: { kind: 'content_input', taken: 'no' },
  1027: { kind: 'content_output', taken: 'unknown' },
  1028: { kind: 'balance', taken: 'no' },
  1030: { kind: 'balance', taken: 'no' },
  1033: { kind: 'error', taken: 'unknown' },
  1039: { kind: 'rate_limited', taken: 'no' },
  1041: { kind: 'rate_limited', taken: 'no' },
  1042: { kind: 'rejected', taken: 'no' },
  2013: { kind: 'rejected', taken: 'no' },
  2038: { kind: 'auth', taken: 'no' },
  2045: { kind: 'rate_limited', taken: 'no' },
  2049: { kind: 'auth', taken: 'no' },
  2056: { kind: 'balance', taken: 'no' },
  2061: { kind: 'balance', taken: 'no' },
};

/** Codes of MiniMax's content review: of the input (1026) and of the generated images (1027). */
export const BLOCKED_CODES = new Set([1026, 1027]);

/** MiniMax's endpoint never answers with this: the path or host is wrong, or a proxy or captive portal answered. */
const MISDIRECTED: Failure = { kind: 'misdirected', taken: 'no' };

/**
 * Meaning of an HTTP status without a base_resp, typically from a gateway. A status that is not listed proves nothing.
 */
const HTTP_STATUSES: Record<number, Failure> = {
  301: MISDIRECTED,
  302: MISDIRECTED,
  303: MISDIRECTED,
  307: MISDIRECTED,
  308: MISDIRECTED,
  400: { kind: 'rejected', taken: 'no' },
  401: { kind: 'auth', taken: 'no' },
  403: { kind: 'auth', taken: 'no' },
  404: MISDIRECTED,
  405: MISDIRECTED,
  407: MISDIRECTED,
  410: MISDIRECTED,
  413: { kind: 'rejected', taken: 'no' },
  422: { kind: 'rejected', taken: 'no' },
  429: { kind: 'rate_limited', taken: 'no' },
  501: MISDIRECTED,
  511: MISDIRECTED,
};

/** The meaning of a code in the table; undefined if it is not listed. */
export function failureOfKnownCode(code: number): Failure | undefined {
  return STATUS_CODES[code];
}

/** The meaning of a `base_resp`. An unknown code is an error that may have been billed. */
export function failureOfStatusCode(code: number, message: string): Failure {
  // The China host refuses some data URLs with this text and 1000, the code for "unknown error".
  if (code === 1000 && /disallowed image url/i.test(message)) return { kind: 'rejected', taken: 'no' };
  return STATUS_CODES[code] ?? { kind: 'error', taken: 'unknown' };
}

/**
 * The meaning of an HTTP status without a base_resp or error. An unlisted status is a `bad_answer` that may have been billed.
 */
export function failureOfHttpStatus(status: number): Failure {
  return HTTP_STATUSES[status] ?? { kind: 'bad_answer', taken: 'unknown' };
}
