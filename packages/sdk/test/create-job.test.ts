import { afterEach, beforeEach, expect, test } from 'vitest';
import { createImageClient, type ImageClient, isImageApiError } from '../src/index.ts';
import { completed } from './memory-images.ts';
import { answer, cut, refuse, type StubServer, startStubServer } from './stub-server.ts';
import { createTestClock, type TestClock } from './test-clock.ts';

const order = { model: 'image-01', prompt: 'a lighthouse at dawn' } as const;

let server: StubServer;
let clock: TestClock;
let client: ImageClient;
let ids: number;

beforeEach(async () => {
  server = await startStubServer();
  clock = createTestClock();
  ids = 0;
  client = createImageClient({ baseUrl: server.url, token: 'good', clock, createId: () => `order-${++ids}` });
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

test('a connection lost before and after the work: one key, one job', async () => {
  server.before.push(cut);
  server.after.push(cut, cut);
  const job = await client.create(order);
  expect(server.requests).toHaveLength(4);
  expect(server.images.keys).toEqual(['order-1', 'order-1', 'order-1']);
  expect([...server.images.jobs.keys()]).toEqual([job.job_id]);
  expect(clock.sleeps).toHaveLength(3);
});

test('each wait is between half and all of 0.5, 1, 2, 4 s; after five attempts the caller gets the error and the key', async () => {
  server.before.push(cut, cut, cut, cut, cut);
  expect(await keyOfFailure(client.create(order))).toBe('order-1');
  expect(server.requests).toHaveLength(5);
  expect(clock.sleeps.map((ms, index) => ms / (500 * 2 ** index)).every((part) => part >= 0.5 && part <= 1)).toBe(true);
  expect(clock.sleeps).toHaveLength(4);
  await client.create(order, { idempotencyKey: 'order-1' });
  expect(server.images.keys).toEqual(['order-1']);
});

test.each([
  ['a proxy without its server', answer(502, '<html>Bad Gateway</html>')],
  ['unavailable', refuse('unavailable')],
  ['draining', refuse('draining')],
])('%s: the same key again', async (_name, fault) => {
  server.before.push(fault);
  await client.create(order);
  expect(server.requests).toHaveLength(2);
  expect(server.images.keys).toEqual(['order-1']);
});

test.each([
  ['rate_limited', refuse('rate_limited')],
  ['too_many_jobs', refuse('too_many_jobs')],
  ['quota_exceeded', refuse('quota_exceeded')],
  ['queue_full', refuse('queue_full')],
  ['internal', refuse('internal')],
  ['a proxy that asks for a pause', answer(429, 'slow down')],
  ['invalid_request', refuse('invalid_request')],
  ['a page instead of an API', answer(200, '<html>Welcome to the network</html>')],
  ['unavailable for long', answer(503, '{"error_code":"unavailable"}', { 'retry-after': '11' })],
])('%s: told at once, with the key', async (_name, fault) => {
  server.before.push(fault);
  expect(await keyOfFailure(client.create(order))).toBe('order-1');
  expect(server.requests).toHaveLength(1);
});

test('a short Retry-After is kept', async () => {
  server.before.push(answer(503, '{"error_code":"unavailable"}', { 'retry-after': '3' }));
  await client.create(order);
  expect(clock.sleeps[0]).toBeGreaterThanOrEqual(3000);
});

test('a server that never stops asking for a moment is reported after ten seconds of moments', async () => {
  const moment = answer(503, '{"error_code":"unavailable"}', { 'retry-after': '4' });
  server.before.push(moment, moment, moment, moment);
  expect(await keyOfFailure(client.create(order))).toBe('order-1');
  expect(server.requests).toHaveLength(3);
});

test('a second order has a key of its own', async () => {
  await client.create(order);
  await client.create(order);
  expect(server.images.keys).toEqual(['order-1', 'order-2']);
});

test('abort during the backoff ends the create at once, with the key', async () => {
  server.before.push(cut);
  clock.freeze();
  const controller = new AbortController();
  const created = client.create(order, { signal: controller.signal });
  await expect.poll(() => clock.sleeps.length).toBe(1);
  controller.abort();
  await expect(created).rejects.toMatchObject({ code: 'aborted', idempotencyKey: 'order-1' });
  expect(server.requests).toHaveLength(1);
});

test('generate: whatever fails on the way carries the key, and goes on under it with the same job', async () => {
  const controller = new AbortController();
  const generated = client.generate(order, { signal: controller.signal, onUpdate: () => controller.abort() });
  const idempotencyKey = await keyOfFailure(generated);
  expect(idempotencyKey).toBe('order-1');
  const job = await client.generate(order, {
    idempotencyKey,
    onUpdate: ({ job_id }) => server.images.set(job_id, completed),
  });
  expect([...server.images.jobs.keys()]).toEqual([job.job_id]);
});

test('without randomUUID, as on plain http, keys still differ and are visible ASCII', async () => {
  const { randomUUID } = crypto;
  Object.defineProperty(crypto, 'randomUUID', { value: undefined, configurable: true });
  try {
    const plain = createImageClient({ baseUrl: server.url, token: 'good' });
    await Promise.all(Array.from({ length: 10 }, () => plain.create(order)));
  } finally {
    Object.defineProperty(crypto, 'randomUUID', { value: randomUUID, configurable: true });
  }
  expect(new Set(server.images.keys).size).toBe(10);
  for (const key of server.images.keys) expect(key).toMatch(/^[\x21-\x7e]{20,255}$/);
});
