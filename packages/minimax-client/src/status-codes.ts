import type { MiniMaxErrorKind, Taken } from './errors.ts';

export interface Failure {
  kind: MiniMaxErrorKind;
  taken: Taken;
}

/** `base_resp.status_code` to what it means (https://platform.minimaxi.com/docs/api-reference/errorcode). */
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

/** The review of what was asked for (1026) and of what was made (1027). */
export const BLOCKED_CODES = new Set([1026, 1027]);

/** No endpoint of MiniMax's answers so: a wrong path or host, or a proxy or portal in between. */
const MISDIRECTED: Failure = { kind: 'misdirected', taken: 'no' };

/** HTTP answers without a base_resp, typically a gateway's; whatever is not listed proves nothing. */
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

/** An unknown code is an error that may have been billed. */
export function failureOfStatusCode(code: number, message: string): Failure {
  // The China host answers so to some data URLs, under the code for "unknown error".
  if (code === 1000 && /disallowed image url/i.test(message)) return { kind: 'rejected', taken: 'no' };
  return STATUS_CODES[code] ?? { kind: 'error', taken: 'unknown' };
}

export function failureOfHttpStatus(status: number): Failure {
  return HTTP_STATUSES[status] ?? { kind: 'bad_answer', taken: 'unknown' };
}
