import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import { describe, expect, test } from 'vitest';
import { shareApi } from './running-api.ts';
import { bearer, tokenOf } from './tokens.ts';

const api = shareApi({ CORS_ORIGINS: 'https://app.example' });
const input = (value: unknown) => `input=${encodeURIComponent(JSON.stringify(value))}`;
const single = (value: unknown) => `/trpc/image.status?${input(value)}`;
const batch = (...values: unknown[]) =>
  `/trpc/${values.map(() => 'image.status').join(',')}?batch=1&${input({ ...values })}`;

/** A query has no body, so its type changes nothing but who answers. */
const BY_ADAPTER = { 'content-type': 'application/json' };

function pick({ statusCode, headers, body }: LightMyRequestResponse): unknown {
  // The adapter streams its answer; both are framed by Node.
  const { date: _date, 'content-length': _length, 'transfer-encoding': _encoding, ...others } = headers;
  return { statusCode, headers: others, body };
}

/** Sends the request as it is and by the adapter; returns the answer if both are the same. */
async function answeredAlike(request: InjectOptions): Promise<LightMyRequestResponse> {
  const direct = await api().server.inject(request);
  const adapted = await api().server.inject({ ...request, headers: { ...request.headers, ...BY_ADAPTER } });
  expect(pick(direct)).toEqual(pick(adapted));
  return direct;
}

async function createJob(userId: string): Promise<string> {
  const { server } = api();
  const response = await server.inject({
    method: 'POST',
    url: '/trpc/image.create',
    headers: bearer(userId),
    payload: { model: 'image-01', prompt: 'a lighthouse at dawn' },
  });
  return response.json().result.data.job_id;
}

describe('image.status, answered without the adapter, is what the adapter answers', () => {
  test('for a job in each state, alone and in a batch of one call', async () => {
    const { app, server } = api();
    const pending = await createJob('1');
    for (const status of ['PENDING', 'COMPLETED', 'FAILED']) {
      let jobId = pending;
      if (status === 'COMPLETED') {
        await app.start();
        await server.inject({ url: single({ job_id: jobId, wait_seconds: 25 }), headers: bearer('1') });
      }
      if (status === 'FAILED') {
        jobId = await createJob('1');
        const cancel = { method: 'POST', url: '/trpc/image.cancel', payload: { job_id: jobId } } as const;
        await server.inject({ ...cancel, headers: bearer('1') });
      }
      // Twice: the second answer of an ended job is the kept one.
      for (const url of [single({ job_id: jobId }), batch({ job_id: jobId }), single({ job_id: jobId })]) {
        const answer = await answeredAlike({ url, headers: { ...bearer('1'), origin: 'https://app.example' } });
        expect(answer.body).toContain(`"status":"${status}"`);
      }
    }
  });

  test.each([
    ['an unknown job', single({ job_id: '11111111-1111-4111-8111-111111111111' })],
    ['no input', '/trpc/image.status'],
    ['input that is no JSON', '/trpc/image.status?input={'],
    ['an unknown field', single({ job_id: 'x', version: 1 })],
    ['a wait that is too long', single({ job_id: 'x', wait_seconds: 26 })],
    ['a batch without input', '/trpc/image.status?batch=1'],
    ['a batch whose input is a list', `/trpc/image.status?batch=1&${input([{ job_id: 'x' }])}`],
    ['a batch whose input has another number', `/trpc/image.status?batch=1&${input({ 1: { job_id: 'x' } })}`],
    ['a batch of two calls', batch({ job_id: 'x' }, { job_id: 'y' })],
    ['a batch that is off', `/trpc/image.status?batch=0&${input({ job_id: 'x' })}`],
    ['two inputs', `${single({ job_id: 'x' })}&${input({ job_id: 'y' })}`],
    ['connection parameters that are no JSON', `${single({ job_id: 'x' })}&connectionParams=x`],
  ])('for %s', async (_, url) => {
    await answeredAlike({ url, headers: bearer('1') });
  });

  test.each([
    ['a stream of lines by trpc-accept', { 'trpc-accept': 'application/jsonl' }],
    ['a stream of lines by accept', { accept: 'application/jsonl' }],
  ])('for %s', async (_, headers) => {
    const job_id = await createJob('1');
    for (const url of [single({ job_id }), batch({ job_id })]) {
      await answeredAlike({ url, headers: { ...bearer('1'), ...headers } });
    }
  });

  test('for another user and for no user', async () => {
    const url = single({ job_id: await createJob('1') });
    expect((await answeredAlike({ url, headers: bearer('1') })).statusCode).toBe(200);
    expect((await answeredAlike({ url, headers: bearer('2') })).statusCode).toBe(403);
    expect((await answeredAlike({ url })).statusCode).toBe(401);
    const expired = `Bearer ${tokenOf({ user_id: '1', exp: 1 })}`;
    expect((await answeredAlike({ url, headers: { authorization: expired } })).statusCode).toBe(401);
  });
});
