import type { H3Wire } from './wire.ts';

/** An error of the provider. `status` is the HTTP status, and `http_code` in the event of a stream. */
export interface H3Error {
  status: number;
  /** Absent: that of the status. */
  type?: string | undefined;
  code?: string | number | undefined;
  message?: string | undefined;
  /** The field of the request that is at fault. */
  param?: string | undefined;
}

/** Types, codes and texts by status. None of them is documented. */
const BY_STATUS: Record<number, { type: string; code: string; oldCode: number; message: string }> = {
  400: { type: 'invalid_request_error', code: 'invalid_parameter', oldCode: 2013, message: 'invalid params' },
  401: { type: 'authentication_error', code: 'invalid_api_key', oldCode: 1004, message: 'invalid api key' },
  402: { type: 'billing_error', code: 'insufficient_balance', oldCode: 1008, message: 'insufficient balance' },
  403: { type: 'permission_error', code: 'forbidden', oldCode: 2061, message: 'your plan does not include the model' },
  429: { type: 'rate_limit_error', code: 'rate_limit_exceeded', oldCode: 1002, message: 'rate limit exceeded(RPM)' },
};
const SERVER_ERROR = { type: 'server_error', code: 'internal_error', oldCode: 1000, message: 'unknown error' };
/** The error of an image that was blocked. */
export const BLOCKED = {
  status: 400,
  type: 'content_policy_error',
  code: 'content_blocked',
  message: 'output new_sensitive',
};
const BLOCKED_OLD_CODE = 1027;

/** The `error` member of a body or an event. */
export function errorMember(error: H3Error, wire: H3Wire): unknown {
  const known = BY_STATUS[error.status] ?? SERVER_ERROR;
  const { message = known.message, type = known.type, code = known.code } = error;
  switch (wire.errorShape) {
    case 'string':
      return message;
    case 'openai':
      return { message, type, param: error.param ?? null, code };
    case 'old_codes':
    case 'base_resp':
      return { code: oldCode(error), message };
    case 'object':
      return { type, code, message };
  }
}

/** The body of an HTTP error. */
export function errorBody(error: H3Error, requestId: string, wire: H3Wire): Record<string, unknown> {
  if (wire.errorShape === 'base_resp') {
    const message = error.message ?? (BY_STATUS[error.status] ?? SERVER_ERROR).message;
    return { base_resp: { status_code: oldCode(error), status_msg: message }, request_id: requestId };
  }
  return { error: errorMember(error, wire), request_id: requestId };
}

/** The `error` member of the last event of a stream. Whatever its shape, it has `http_code`. */
export function eventErrorMember(error: H3Error, wire: H3Wire): Record<string, unknown> {
  const member = errorMember(error, wire);
  return { http_code: error.status, ...(typeof member === 'string' ? { message: member } : Object(member)) };
}

function oldCode({ code, status }: H3Error): number {
  if (typeof code === 'number') return code;
  return code === BLOCKED.code ? BLOCKED_OLD_CODE : (BY_STATUS[status] ?? SERVER_ERROR).oldCode;
}
