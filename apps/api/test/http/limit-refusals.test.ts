import { ImageError } from '@darkroom/contracts';
import { GENERATION_PATH, UPLOADS_PATH } from '@darkroom/contracts/rest';
import { expect, test } from 'vitest';
import type { RefusalBounds } from '../../src/http/limit-refusals.ts';
import { createManualClock } from '../manual-clock.ts';
import { buildFaultyServer } from './faulty-server.ts';

const BOUNDS = {
  headersTimeoutMs: 60_000,
  requestTimeoutMs: 60_000,
  checkEveryMs: 1_000,
  maxConnections: 100,
  maxConnectionsPerAddress: 100,
  stalledAnswerMs: 60_000,
  hold: { bytes: 1e9, idleMs: 1_000, totalMs: 30_000 },
  linger: { bytes: 1e9, idleMs: 5_000, totalMs: 60_000, connections: 100 },
  bodies: { totalBytes: 1e9, userBytes: 1e9, waitMs: 1_000 },
};
/** Allows two megabytes of refused bodies, or 40 small refusals. */
const RATE = { capacity: 10, perSecond: 1 };
const WIDE = { capacity: 1_000_000, perSecond: 1 };

/**
 * An API that takes the token as the user id; `bad` is no valid token. Every request for a job fails with
 * `job_not_found`.
 */
async function openLimited(refusals: Partial<RefusalBounds>) {
  const clock = createManualClock();
  const server = await buildFaultyServer(
    new ImageError('job_not_found'),
    { ...BOUNDS, refusals: { user: WIDE, address: WIDE, unauthenticated: WIDE, maxKeys: 100, ...refusals } },
    {},
    {
      clock,
      trustProxy: 'loopback',
      async authenticate({ headers }) {
        if (headers.authorization === 'bad') throw new ImageError('unauthenticated');
        return { user_id: headers.authorization ?? '1', star_id: null };
      },
    },
  );
  const url = await server.listen({ host: '127.0.0.1', port: 0 });

  async function ask(method: string, path: string, user: string, body?: string, from = '198.51.100.1') {
    const headers = { authorization: user, 'content-type': 'application/json', 'x-forwarded-for': from };
    const response = await fetch(url + path, { method, headers, ...(body !== undefined && { body }) });
    const { error_code } = Object(await response.json());
    return { status: response.status, error_code, retryAfter: response.headers.get('retry-after') };
  }
  return {
    ask,
    pass: clock.advance,
    sendInvalid: (user: string, bytes: number, from?: string) =>
      ask('POST', GENERATION_PATH, user, JSON.stringify({ prompt: 'a'.repeat(bytes) }), from),
  };
}

const INVALID = { status: 400, error_code: 'invalid_request', retryAfter: null };
const LIMITED = { status: 429, error_code: 'rate_limited', retryAfter: expect.stringMatching(/^\d+$/) };

test('charges large refused bodies to the budget of their user, then answers 429 with Retry-After', async () => {
  const { sendInvalid, pass } = await openLimited({ user: RATE });
  expect(await sendInvalid('1', 1_000_000)).toEqual(INVALID);
  expect(await sendInvalid('1', 1_000_000)).toEqual(INVALID);
  expect(await sendInvalid('1', 10)).toEqual(LIMITED);
  expect(await sendInvalid('2', 10)).toEqual(INVALID);
  pass(10_000);
  expect(await sendInvalid('1', 10)).toEqual(INVALID);
});

test('does not charge requests that were rejected for the used-up budget', async () => {
  const { sendInvalid, pass } = await openLimited({ user: RATE });
  for (let i = 0; i < 2; i++) await sendInvalid('1', 1_000_000);
  for (let i = 0; i < 20; i++) expect(await sendInvalid('1', 1_000_000)).toEqual(LIMITED);
  pass(10_000);
  expect(await sendInvalid('1', 10)).toEqual(INVALID);
});

test('charges small refusals so little that more than thirty in a row get their own answer', async () => {
  const { sendInvalid } = await openLimited({ user: RATE });
  for (let i = 0; i < 30; i++) expect(await sendInvalid('1', 10)).toEqual(INVALID);
  let answer = await sendInvalid('1', 10);
  for (let i = 0; i < 30 && answer.status === 400; i++) answer = await sendInvalid('1', 10);
  expect(answer).toEqual(LIMITED);
});

test('lets a user with a used-up budget read, but not create, call procedures or upload', async () => {
  const { ask, sendInvalid } = await openLimited({ user: RATE });
  for (let i = 0; i < 2; i++) await sendInvalid('1', 1_000_000);
  expect(await ask('GET', `${GENERATION_PATH}/x`, '1')).toMatchObject({ status: 404 });
  expect(await ask('POST', `${GENERATION_PATH}/x/cancel`, '1')).toMatchObject({ status: 404 });
  expect(await ask('POST', UPLOADS_PATH, '1', '{}')).toEqual(LIMITED);
  expect(await ask('POST', '/trpc/image.create', '1', '{}')).toMatchObject({
    status: 429,
    retryAfter: LIMITED.retryAfter,
  });
});

test('shares a budget for large bodies per address, without affecting small bodies or other addresses', async () => {
  const { sendInvalid } = await openLimited({ address: RATE });
  expect(await sendInvalid('1', 1_000_000)).toEqual(INVALID);
  expect(await sendInvalid('2', 1_000_000)).toEqual(INVALID);
  expect(await sendInvalid('3', 1_000_000)).toEqual(LIMITED);
  expect(await sendInvalid('3', 10)).toEqual(INVALID);
  expect(await sendInvalid('3', 1_000_000, '198.51.100.2')).toEqual(INVALID);
});

test('counts addresses of one IPv6 network as one', async () => {
  const { sendInvalid } = await openLimited({ address: RATE });
  for (const from of ['2001:db8::1', '2001:db8::2']) await sendInvalid('1', 1_000_000, from);
  expect(await sendInvalid('2', 1_000_000, '2001:db8::3')).toEqual(LIMITED);
  expect(await sendInvalid('2', 1_000_000, '2001:db8:0:1::3')).toEqual(INVALID);
});

test('charges rejected tokens to their address without ever rejecting a valid token for it', async () => {
  const { ask } = await openLimited({ unauthenticated: RATE });
  for (let i = 0; i < 41; i++) await ask('GET', GENERATION_PATH, 'bad');
  expect(await ask('GET', GENERATION_PATH, 'bad')).toEqual(LIMITED);
  expect(await ask('GET', GENERATION_PATH, 'bad', undefined, '198.51.100.2')).toMatchObject({ status: 401 });
  expect(await ask('POST', GENERATION_PATH, '1', '{}')).toEqual(INVALID);
});

test('does not charge a rejected token for the announced body that was never read', async () => {
  const { sendInvalid } = await openLimited({ unauthenticated: RATE });
  for (let i = 0; i < 10; i++) expect(await sendInvalid('bad', 1_000_000)).toMatchObject({ status: 401 });
});
