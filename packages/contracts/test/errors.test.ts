import { TRPCError } from '@trpc/server';
import { getHTTPStatusCodeFromError } from '@trpc/server/http';
import { TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc';
import { expect, test } from 'vitest';
import { ImageError, invalidField, JOB_ERROR_CODES, JOB_ERRORS, REQUEST_ERRORS } from '../src/index.ts';

/** A second copy of the documented table. */
const DOCUMENTED: Record<string, [http: number, trpc: string | null, retryable: boolean]> = {
  invalid_request: [400, 'BAD_REQUEST', false],
  unauthenticated: [401, 'UNAUTHORIZED', false],
  forbidden: [403, 'FORBIDDEN', false],
  link_expired: [403, null, false],
  job_not_found: [404, 'NOT_FOUND', false],
  upload_not_found: [404, 'NOT_FOUND', false],
  not_found: [404, 'NOT_FOUND', false],
  method_not_allowed: [405, 'METHOD_NOT_SUPPORTED', false],
  payload_too_large: [413, 'PAYLOAD_TOO_LARGE', false],
  unsupported_media_type: [415, 'UNSUPPORTED_MEDIA_TYPE', false],
  unsupported_image: [415, 'UNSUPPORTED_MEDIA_TYPE', false],
  idempotency_mismatch: [422, 'UNPROCESSABLE_CONTENT', false],
  rate_limited: [429, 'TOO_MANY_REQUESTS', true],
  too_many_jobs: [429, 'TOO_MANY_REQUESTS', true],
  quota_exceeded: [429, 'TOO_MANY_REQUESTS', true],
  queue_full: [503, 'SERVICE_UNAVAILABLE', true],
  draining: [503, 'SERVICE_UNAVAILABLE', true],
  unavailable: [503, 'SERVICE_UNAVAILABLE', true],
  internal: [500, 'INTERNAL_SERVER_ERROR', true],
};

const DOCUMENTED_JOBS: Record<string, boolean> = {
  provider_timeout: true,
  provider_unavailable: true,
  provider_error: true,
  provider_rate_limited: true,
  provider_auth: false,
  provider_balance: false,
  provider_rejected: false,
  content_rejected: false,
  no_images: true,
  download_failed: true,
  outcome_unknown: true,
  expired: true,
  canceled: true,
  internal: true,
};

test('contains exactly the documented error codes', () => {
  const table = Object.entries(REQUEST_ERRORS).map(([code, row]) => [code, [row.http, row.trpc, row.retryable]]);
  expect(Object.fromEntries(table)).toEqual(DOCUMENTED);
  const jobs = Object.entries(JOB_ERRORS).map(([code, { retryable }]) => [code, retryable]);
  expect(Object.fromEntries(jobs)).toEqual(DOCUMENTED_JOBS);
  expect(JOB_ERROR_CODES).toEqual(Object.keys(JOB_ERRORS));
});

test.each(Object.entries(REQUEST_ERRORS))(
  '%s: gives the same HTTP status over tRPC as over REST',
  (_code, { trpc, http }) => {
    if (trpc === null) return;
    expect(TRPC_ERROR_CODES_BY_KEY).toHaveProperty(trpc);
    expect(getHTTPStatusCodeFromError(new TRPCError({ code: trpc }))).toBe(http);
  },
);

test('has a Chinese message for users and an English one for developers', () => {
  for (const { zh, en } of [...Object.values(REQUEST_ERRORS), ...Object.values(JOB_ERRORS)]) {
    expect(zh).toMatch(/\p{Script=Han}/u);
    expect(en).toMatch(/^[\x20-\x7e]+\.$/);
  }
});

test('begins the message of every provider failure as documented', () => {
  const provider = JOB_ERROR_CODES.filter((code) => /^provider_|^content_|^no_images$/.test(code));
  expect(provider).toHaveLength(9);
  for (const code of provider) expect(JOB_ERRORS[code].zh).toMatch(/^MiniMax API 调用失败: /);
  expect(JOB_ERRORS.provider_timeout.zh).toContain('timeout');
});

test('carries code, message, retry time, cause and issues in an error', () => {
  const cause = new Error('disk');
  const error = new ImageError('unavailable', { retryAfterMs: 500, cause });
  expect(error).toMatchObject({
    code: 'unavailable',
    message: REQUEST_ERRORS.unavailable.zh,
    retryAfterMs: 500,
    cause,
  });
  expect(invalidField(['n'], 'why')).toMatchObject({
    code: 'invalid_request',
    issues: [{ path: ['n'], message: 'why' }],
  });
});
