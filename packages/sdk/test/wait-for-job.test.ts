import { afterEach, beforeEach, expect, test } from 'vitest';
import { createImageClient, type ImageClient, type ImageJob } from '../src/index.ts';
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

test('by id: the job as it is first, then one held poll until the news', async () => {
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

test('a FAILED job is an answer', async () => {
  server.images.set(job.job_id, failed);
  expect(await client.wait(job.job_id)).toMatchObject(failed);
});

test('a job that has ended is not asked for', async () => {
  server.images.set(job.job_id, completed);
  const ended = await client.status(job.job_id);
  server.requests.length = 0;
  expect(await client.wait(ended)).toBe(ended);
  expect(server.requests).toEqual([]);
});

test('a poll held to its end without news is followed by the next at once', async () => {
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

test('an answer without news that was not held is followed by poll_after_ms of rest: no spin', async () => {
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

test('a server that asks for no rest is given some', async () => {
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

test('lost connections, a restarting server and its proxy are waited out', async () => {
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

test('the backoff doubles, is capped at 10 s, keeps a longer Retry-After, and starts anew after an answer', async () => {
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

test('what does not pass ends the wait', async () => {
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

test('what onUpdate throws is not swallowed', async () => {
  const onUpdate = () => {
    throw new RangeError('from the page');
  };
  await expect(client.wait(job.job_id, { onUpdate })).rejects.toThrow(RangeError);
});

test('abort during the hold ends the wait and lets the server go', async () => {
  const controller = new AbortController();
  const waited = client.wait(job, { signal: controller.signal });
  await isHeld();
  controller.abort();
  await expect(waited).rejects.toMatchObject({ code: 'aborted' });
  await expect.poll(() => server.images.held).toBe(0);
});

test.each([
  ['backoff', cut],
  ['rest between polls', undefined],
])('abort during the %s ends the wait', async (_name, fault) => {
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

test('the system clock: a rest is not begun under a signal that has already aborted', { timeout: 5000 }, async () => {
  server.images.heldMax = 0;
  server.images.set(job.job_id, { poll_after_ms: 600_000 });
  const real = createImageClient({ baseUrl: server.url, token: 'good' });
  const controller = new AbortController();
  const known = await real.status(job.job_id);
  const waited = real.wait(known, { signal: controller.signal, onUpdate: () => controller.abort() });
  await expect(waited).rejects.toMatchObject({ code: 'aborted' });
});

test('the system clock: sleeping ends by its time or by the signal', async () => {
  const real = createImageClient({ baseUrl: server.url, token: 'good' });
  server.before.push(cut);
  const controller = new AbortController();
  const waited = real.wait(job, { signal: controller.signal });
  await expect.poll(() => server.requests.length).toBe(1);
  setTimeout(() => controller.abort(), 20);
  await expect(waited).rejects.toMatchObject({ code: 'aborted' });
  expect(server.requests).toHaveLength(1);
  server.before.push(cut);
  server.images.set(job.job_id, completed);
  expect((await real.wait(job)).status).toBe('COMPLETED');
});
