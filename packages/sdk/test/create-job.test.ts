import { afterEach, beforeEach, expect, test } from 'vitest';
import { createImageClient, type ImageClient, isImageApiError } from '../src/index.ts';
import { completed } from './memory-images.ts';
import { answer, cut, refuse, type StubServer, startStubServer } from './stub-server.ts';
import { createTestClock, type TestClock } from './test-clock.ts';

const request = { model: 'image-01', prompt: 'a lighthouse at dawn' } as const;

let server: StubServer;
let clock: TestClock;
let client: ImageClient;
let ids: number;

beforeEach(async () => {
  server = await startStubServer();
  clock = createTestClock();
  ids = 0;
  client = createImageClient({ baseUrl: server.url, token: 'good', clock, createId: () => `key-${++ids}` });
});
afterEach(() => server.close());

async function keyOfFailure(call: Promise<unknown>): Promise<string | undefined> {
  const error: unknown = await call.then(
    () => expect.unreachable(),
    (reason: unknown) => reason,
  );
  if (!isImageApiError(error)) throw error;
  return error.idempotencyKey;
}

test('repeats a create under one key when the connection is lost before or after the work, for one job', async () => {
  server.before.push(cut);
  server.after.push(cut, cut);
  const job = await client.create(request);
  expect(server.requests).toHaveLength(4);
  expect(server.images.keys).toEqual(['key-1', 'key-1', 'key-1']);
  expect([...server.images.jobs.keys()]).toEqual([job.job_id]);
  expect(clock.sleeps).toHaveLength(3);
});

test('waits half to all of 0.5, 1, 2 and 4 s, and rejects with the key after five attempts', async () => {
  server.before.push(cut, cut, cut, cut, cut);
  expect(await keyOfFailure(client.create(request))).toBe('key-1');
  expect(server.requests).toHaveLength(5);
  expect(clock.sleeps.map((ms, index) => ms / (500 * 2 ** index)).every((part) => part >= 0.5 && part <= 1)).toBe(true);
  expect(clock.sleeps).toHaveLength(4);
  await client.create(request, { idempotencyKey: 'key-1' });
  expect(server.images.keys).toEqual(['key-1']);
});

test.each([
  ['502 from a proxy', answer(502, '<html>Bad Gateway</html>')],
  ['unavailable', refuse('unavailable')],
  ['draining', refuse('draining')],
])('repeats under the same key after %s', async (_name, fault) => {
  server.before.push(fault);
  await client.create(request);
  expect(server.requests).toHaveLength(2);
  expect(server.images.keys).toEqual(['key-1']);
});

test.each([
  ['rate_limited', refuse('rate_limited')],
  ['too_many_jobs', refuse('too_many_jobs')],
  ['quota_exceeded', refuse('quota_exceeded')],
  ['queue_full', refuse('queue_full')],
  ['internal', refuse('internal')],
  ['429 from a proxy', answer(429, 'slow down')],
  ['invalid_request', refuse('invalid_request')],
  ['an HTML page in place of an API', answer(200, '<html>Welcome to the network</html>')],
  ['unavailable with a long Retry-After', answer(503, '{"error_code":"unavailable"}', { 'retry-after': '11' })],
])('rejects at once with the key after %s', async (_name, fault) => {
  server.before.push(fault);
  expect(await keyOfFailure(client.create(request))).toBe('key-1');
  expect(server.requests).toHaveLength(1);
});

test('obeys a short Retry-After', async () => {
  server.before.push(answer(503, '{"error_code":"unavailable"}', { 'retry-after': '3' }));
  await client.create(request);
  expect(clock.sleeps[0]).toBeGreaterThanOrEqual(3000);
});

test('rejects after ten seconds of short Retry-After waits', async () => {
  const moment = answer(503, '{"error_code":"unavailable"}', { 'retry-after': '4' });
  server.before.push(moment, moment, moment, moment);
  expect(await keyOfFailure(client.create(request))).toBe('key-1');
  expect(server.requests).toHaveLength(3);
});

test('takes a new key for a second request', async () => {
  await client.create(request);
  await client.create(request);
  expect(server.images.keys).toEqual(['key-1', 'key-2']);
});

test('rejects at once with the key when it is aborted during the back-off', async () => {
  server.before.push(cut);
  clock.freeze();
  const controller = new AbortController();
  const created = client.create(request, { signal: controller.signal });
  await expect.poll(() => clock.sleeps.length).toBe(1);
  controller.abort();
  await expect(created).rejects.toMatchObject({ code: 'aborted', idempotencyKey: 'key-1' });
  expect(server.requests).toHaveLength(1);
});

test('generate: rejects with the key, and resumes the same job when it is called again with it', async () => {
  const controller = new AbortController();
  const generated = client.generate(request, { signal: controller.signal, onUpdate: () => controller.abort() });
  const idempotencyKey = await keyOfFailure(generated);
  expect(idempotencyKey).toBe('key-1');
  const job = await client.generate(request, {
    idempotencyKey,
    onUpdate: ({ job_id }) => server.images.set(job_id, completed),
  });
  expect([...server.images.jobs.keys()]).toEqual([job.job_id]);
});

test('creates distinct keys of visible ASCII without randomUUID, as on plain http', async () => {
  const { randomUUID } = crypto;
  Object.defineProperty(crypto, 'randomUUID', { value: undefined, configurable: true });
  try {
    const plain = createImageClient({ baseUrl: server.url, token: 'good' });
    await Promise.all(Array.from({ length: 10 }, () => plain.create(request)));
  } finally {
    Object.defineProperty(crypto, 'randomUUID', { value: randomUUID, configurable: true });
  }
  expect(new Set(server.images.keys).size).toBe(10);
  for (const key of server.images.keys) expect(key).toMatch(/^[\x21-\x7e]{20,255}$/);
});
