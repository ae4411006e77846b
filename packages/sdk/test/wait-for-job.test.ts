import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../src/clock.ts';
import { type Clock, createImageClient, type ImageClient, type ImageJob } from '../src/index.ts';
import { completed, failed, processing } from './memory-images.ts';
import { answer, cut, refuse, type StubServer, startStubServer } from './stub-server.ts';
import { createTestClock, type TestClock } from './test-clock.ts';

let server: StubServer;
let clock: TestClock;
let client: ImageClient;
let job: ImageJob;

beforeEach(async () => {
  server = await startStubServer();
  clock = createTestClock();
  client = createImageClient({ baseUrl: server.url, token: 'good', clock });
  job = await client.create({ model: 'image-01', prompt: 'a lighthouse at dawn' });
  server.requests.length = 0;
});
afterEach(() => server.close());

const isHeld = () => expect.poll(() => server.images.held, { interval: 2 }).toBe(1);

test('reports the job at once when it is given an id, then holds one poll until the next change', async () => {
  const seen: ImageJob[] = [];
  const waited = client.wait(job.job_id, { onUpdate: (update) => seen.push(update) });
  await isHeld();
  expect(seen).toEqual([job]);
  server.images.set(job.job_id, completed);
  expect(await waited).toMatchObject(completed);
  expect(seen.at(-1)).toEqual(await waited);
  expect(server.requests).toHaveLength(2);
  expect(clock.sleeps).toEqual([]);
});

test('resolves with a FAILED job', async () => {
  server.images.set(job.job_id, failed);
  expect(await client.wait(job.job_id)).toMatchObject(failed);
});

test('sends no request for a job that has ended', async () => {
  server.images.set(job.job_id, completed);
  const ended = await client.status(job.job_id);
  server.requests.length = 0;
  expect(await client.wait(ended)).toBe(ended);
  expect(server.requests).toEqual([]);
});

test('sends the next poll at once when one was held to its end without a change', async () => {
  const waited = client.wait(job);
  for (let polls = 1; polls <= 3; polls++) {
    await isHeld();
    clock.advance(25_000);
    server.images.release();
    await expect.poll(() => server.requests.length, { interval: 2 }).toBe(polls + 1);
  }
  server.images.set(job.job_id, completed);
  await waited;
  expect(clock.sleeps).toEqual([]);
});

test('waits poll_after_ms after an unchanged answer that was not held', async () => {
  server.images.heldMax = 0;
  let answers = 0;
  await client.wait(job, {
    onUpdate: () => {
      if (++answers === 5) server.images.set(job.job_id, completed);
    },
  });
  expect(clock.sleeps).toEqual([2000, 2000, 2000, 2000, 2000]);
  expect(server.requests).toHaveLength(6);
});

test('waits at least 500 ms when poll_after_ms is 0', async () => {
  server.images.heldMax = 0;
  server.images.set(job.job_id, { poll_after_ms: 0 });
  let answers = 0;
  await client.wait(job, {
    onUpdate: () => {
      if (++answers === 3) server.images.set(job.job_id, completed);
    },
  });
  expect(clock.sleeps).toEqual([500, 500]);
});

test('retries through lost connections, a restarting server and 502 from its proxy', async () => {
  server.before.push(cut, refuse('draining'), answer(502, 'Bad Gateway'), refuse('unavailable'), cut);
  const waited = client.wait(job);
  await isHeld();
  server.after.push(cut);
  server.images.set(job.job_id, processing);
  await isHeld();
  server.images.set(job.job_id, completed);
  expect((await waited).status).toBe('COMPLETED');
  expect(clock.sleeps).toHaveLength(6);
});

test('doubles the back-off up to 10 s, obeys a longer Retry-After, and resets it after an answer', async () => {
  server.before.push(...Array.from({ length: 8 }, () => cut));
  server.before.push(answer(429, '{"error_code":"rate_limited"}', { 'retry-after': '30' }));
  const waited = client.wait(job);
  await isHeld();
  const ceilings = [500, 1000, 2000, 4000, 8000, 10_000, 10_000, 10_000];
  const parts = clock.sleeps.slice(0, 8).map((ms, index) => ms / (ceilings[index] ?? 0));
  for (const part of parts) expect(part).toSatisfy((value: number) => value >= 0.5 && value <= 1);
  expect(clock.sleeps[8]).toBeGreaterThanOrEqual(30_000);
  server.images.set(job.job_id, processing);
  await isHeld();
  server.before.push(cut);
  server.images.set(job.job_id, { stage: 'saving' });
  await isHeld();
  expect(clock.sleeps[9]).toBeLessThanOrEqual(500);
  server.images.set(job.job_id, completed);
  await waited;
});

test('rejects on errors that a retry cannot solve', async () => {
  server.images.jobs.delete(job.job_id);
  await expect(client.wait(job)).rejects.toMatchObject({ code: 'job_not_found', retryable: false });
  server.images.jobs.set(job.job_id, { ...job, user_id: '2' });
  await expect(client.wait(job.job_id)).rejects.toMatchObject({ code: 'forbidden' });
  server.validToken = 'another';
  await expect(client.wait(job.job_id)).rejects.toMatchObject({ code: 'unauthenticated' });
  server.before.push(answer(404, 'nothing here'));
  await expect(client.wait(job.job_id)).rejects.toMatchObject({ code: 'bad_answer', httpStatus: 404 });
  expect(clock.sleeps).toEqual([]);
});

test('rejects with what onUpdate throws', async () => {
  const onUpdate = () => {
    throw new RangeError('from the page');
  };
  await expect(client.wait(job.job_id, { onUpdate })).rejects.toThrow(RangeError);
});

test('rejects and closes the connection when it is aborted during a held poll', async () => {
  const controller = new AbortController();
  const waited = client.wait(job, { signal: controller.signal });
  await isHeld();
  controller.abort();
  await expect(waited).rejects.toMatchObject({ code: 'aborted' });
  await expect.poll(() => server.images.held).toBe(0);
});

test.each([
  ['back-off', cut],
  ['pause between polls', undefined],
])('rejects when it is aborted during the %s', async (_name, fault) => {
  if (fault) server.before.push(fault);
  server.images.heldMax = 0;
  clock.freeze();
  const controller = new AbortController();
  const waited = client.wait(job, { signal: controller.signal });
  await expect.poll(() => clock.sleeps.length).toBe(1);
  controller.abort();
  await expect(waited).rejects.toMatchObject({ code: 'aborted' });
  expect(server.requests).toHaveLength(1);
});

test('starts no sleep on the system clock under an aborted signal', { timeout: 5000 }, async () => {
  server.images.heldMax = 0;
  server.images.set(job.job_id, { poll_after_ms: 600_000 });
  const real = createImageClient({ baseUrl: server.url, token: 'good' });
  const controller = new AbortController();
  const known = await real.status(job.job_id);
  const waited = real.wait(known, { signal: controller.signal, onUpdate: () => controller.abort() });
  await expect(waited).rejects.toMatchObject({ code: 'aborted' });
});

test('ends a sleep on the system clock by its time or by the signal', async () => {
  const asleep = Promise.withResolvers<void>();
  const sleep: Clock['sleep'] = (ms, signal) => {
    const sleeping = systemClock.sleep(ms, signal);
    asleep.resolve();
    return sleeping;
  };
  const real = createImageClient({ baseUrl: server.url, token: 'good', clock: { ...systemClock, sleep } });
  server.before.push(cut);
  const controller = new AbortController();
  const waited = real.wait(job, { signal: controller.signal });
  await asleep.promise;
  controller.abort();
  await expect(waited).rejects.toMatchObject({ code: 'aborted' });
  expect(server.requests).toHaveLength(1);
  server.before.push(cut);
  server.images.set(job.job_id, completed);
  expect((await real.wait(job)).status).toBe('COMPLETED');
});
