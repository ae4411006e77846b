import { BATCH_MAX_CALLS } from '@darkroom/contracts';
import { expect, test } from 'vitest';
import { shareApi } from './running-api.ts';
import { readTrpc, restSurface } from './surfaces.ts';
import { bearer } from './tokens.ts';

const api = shareApi({ USER_ACTIVE_LIMIT: '1000' });
const request = { model: 'image-01', prompt: 'a lighthouse at dawn' };

async function createJob(): Promise<string> {
  return (await restSurface(api().server).create(request)).json().data.job_id;
}

/** Sends status calls as tRPC's batching clients do. */
function askAll(inputs: object[]) {
  const names = inputs.map(() => 'image.status').join(',');
  const input = encodeURIComponent(JSON.stringify(Object.fromEntries(inputs.entries())));
  return api().server.inject({ url: `/trpc/${names}?batch=1&input=${input}`, headers: bearer('1') });
}

test('answers ten calls sent in one request individually', async () => {
  const job_id = await createJob();
  const unknown = { job_id: 'unknown' };
  const response = await askAll([...Array(BATCH_MAX_CALLS - 1).fill({ job_id }), unknown]);
  expect(response.statusCode).toBe(207);
  const answers = response.json();
  expect(answers).toHaveLength(BATCH_MAX_CALLS);
  expect(answers[0]).toMatchObject({ result: { data: { job_id } } });
  expect(answers.at(-1)).toMatchObject({ error: { data: { httpStatus: 404, error_code: 'job_not_found' } } });
});

test('rejects a batch of eleven calls', async () => {
  const response = await askAll(Array(BATCH_MAX_CALLS + 1).fill({ job_id: await createJob() }));
  expect(readTrpc(response)).toEqual({ status: 400, error_code: 'invalid_request', paths: [''] });
});

test.each(['null', '[]', '"x"', '{x'])('rejects a batch whose body is %s', async (payload) => {
  const headers = { ...bearer('1'), 'content-type': 'application/json' };
  const url = '/trpc/image.create,image.create?batch=1';
  const response = await api().server.inject({ method: 'POST', url, payload, headers });
  const [answer] = [response.json()].flat();
  expect(answer).toMatchObject({ error: { data: { code: 'BAD_REQUEST', error_code: 'invalid_request' } } });
  expect(answer.error.data.issues).toHaveLength(1);
});

test('rejects unreadable connection parameters as a bad request', async () => {
  const response = await api().server.inject({
    url: '/trpc/image.list?connectionParams=%7B',
    headers: bearer('1'),
  });
  expect(response.json()).toMatchObject({ error: { code: -32600, data: { code: 'BAD_REQUEST', httpStatus: 400 } } });
});

test('answers a batch of two at once and reports an ignored wait in the darkroom-wait header', async () => {
  const job_id = await createJob();
  for (const batch of [Array(2).fill({ job_id, wait_seconds: 25 }), [{ job_id }, { job_id, wait_seconds: 0.5 }]]) {
    const response = await askAll(batch);
    expect(response.json()).toMatchObject(Array(2).fill({ result: { data: { status: 'PENDING' } } }));
    expect(response.headers['darkroom-wait']).toBe('ignored-in-batch');
  }
  const unheld = await askAll([{ job_id }, { job_id, wait_seconds: 0 }, { job_id, wait_seconds: null }]);
  expect(unheld.headers['darkroom-wait']).toBeUndefined();
});

test('reports an ignored wait in the header of a streamed batch', async () => {
  const job_id = await createJob();
  const input = encodeURIComponent(JSON.stringify({ 0: { job_id, wait_seconds: 25 }, 1: { job_id } }));
  const response = await api().server.inject({
    url: `/trpc/image.status,image.status?batch=1&input=${input}`,
    headers: { ...bearer('1'), 'trpc-accept': 'application/jsonl' },
  });
  expect(response.statusCode).toBe(200);
  expect(response.headers['darkroom-wait']).toBe('ignored-in-batch');
});

test('holds a batch of one until its wait ends', async () => {
  const job_id = await createJob();
  let isAnswered = false;
  const held = askAll([{ job_id, wait_seconds: 25 }]).then((response) => {
    isAnswered = true;
    return response;
  });
  // Five further calls give time for any answer that is not held.
  for (let i = 0; i < 5; i++) await askAll([{ job_id }]);
  expect(isAnswered).toBe(false);
  await restSurface(api().server).cancel({ job_id });
  const response = await held;
  expect(response.json()).toMatchObject([{ result: { data: { status: 'FAILED' } } }]);
  expect(response.headers['darkroom-wait']).toBeUndefined();
});

test('answers the other calls of a batch that contains an invalid one', async () => {
  const names = 'image.create,image.create';
  const payload = { 0: { model: 'x' }, 1: request };
  const response = await api().server.inject({
    method: 'POST',
    url: `/trpc/${names}?batch=1`,
    payload,
    headers: bearer('1'),
  });
  expect(response.statusCode).toBe(207);
  expect(response.json()).toMatchObject([
    { error: { data: { error_code: 'invalid_request' } } },
    { result: { data: { status: 'PENDING' } } },
  ]);
});
