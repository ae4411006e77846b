import { beforeEach, describe, expect, test } from 'vitest';
import { cancel } from '../../src/job/job-state.ts';
import { addJob } from '../store/stores.ts';
import { type CallLine, openCallLine } from './call-line.ts';
import { answered, notTaken } from './scripted-provider.ts';

let line: CallLine;
beforeEach(async () => {
  line = await openCallLine();
});

describe('a call that provably was not accepted', () => {
  test('is retried with doubling waits, five calls in all, and then fails without a charge', async () => {
    const job = await addJob(line.stores);
    line.provider.outcomes = [notTaken()];
    const waited: number[] = [];
    while ((await line.stateOf(job))?.status !== 'FAILED') {
      const state = await line.runNext();
      if (state === 'ran' || state === null) continue;
      waited.push(state - line.clock.now());
      line.clock.advance(state - line.clock.now());
    }
    expect(waited).toEqual([5_000, 10_000, 20_000, 40_000]);
    expect(line.provider.calls).toHaveLength(5);
    expect(await line.stateOf(job)).toMatchObject({ errorCode: 'provider_rate_limited', charged: 'no' });
  });

  test('keeps the job PROCESSING in generating, with its version, and progress that never falls', async () => {
    const job = await addJob(line.stores);
    line.provider.outcomes = [notTaken()];
    line.provider.onCall = async () => line.clock.advance(24_000);
    await line.runNext();
    const retryAt = line.clock.now() + 5_000;
    const waiting = { status: 'PROCESSING', stage: 'generating', call: null, retryAt, progressFrom: 81 };
    expect(await line.stores.jobs.getJob(job.jobId)).toMatchObject({ version: 2, state: waiting });
  });

  const longWaits: [string, Partial<CallLine['deps']>, number | null, number][] = [
    ['the back-off is at most a minute', { retryBaseMs: 50_000, random: () => 1 }, null, 60_000],
    ['jitter adds up to a quarter', { random: () => 1 }, null, 6_250],
    ['a longer Retry-After is kept, also above the maximum back-off', {}, 120_000, 120_000],
    ['a shorter Retry-After is not kept', {}, 1_000, 5_000],
  ];
  test.each(longWaits)('is retried by the rule: %s', async (_, settings, retryAfterMs, waitMs) => {
    Object.assign(line.deps, settings);
    await addJob(line.stores);
    line.provider.outcomes = [notTaken(retryAfterMs)];
    await line.runNext();
    expect(await line.runNext()).toBe(line.clock.now() + waitMs);
  });

  test('fails at once when Retry-After is longer than the longest wait of a job', async () => {
    const job = await addJob(line.stores);
    line.provider.outcomes = [notTaken(1_800_001)];
    await line.runNext();
    expect(await line.stateOf(job)).toMatchObject({ errorCode: 'provider_rate_limited', charged: 'no' });
  });

  test('is retried after the usual waits, however short the queue deadline of a job is', async () => {
    const job = await addJob(line.stores);
    line.deps.queueTtlMs = 1;
    line.provider.outcomes = [notTaken(), answered];
    await line.runNext();
    line.clock.advance(5_000);
    await line.runNext();
    expect(await line.stateOf(job)).toMatchObject({ stage: 'saving' });
  });

  test('is not retried once its job is canceled, whose charge is settled', async () => {
    const job = await addJob(line.stores);
    line.provider.outcomes = [notTaken()];
    line.provider.onCall = async () =>
      void (await line.stores.jobs.changeJob(job.jobId, (current) => cancel(current, 1)));
    await line.runNext();
    expect(await line.stateOf(job)).toMatchObject({ errorCode: 'canceled', charged: 'no' });
    line.clock.advance(60_000);
    expect(await line.runNext()).toBeNull();
  });

  test('delays every job for the length of its own wait when the provider limits the rate', async () => {
    await addJob(line.stores);
    await addJob(line.stores, { userId: '2' });
    line.provider.outcomes = [notTaken(30_000), answered];
    await line.runNext();
    expect(await line.runNext()).toBe(line.clock.now() + 30_000);
    line.clock.advance(30_000);
    expect([await line.runNext(), await line.runNext()]).toEqual(['ran', 'ran']);
  });

  test.each([
    ['for the whole Retry-After, although its own job failed at once', 45, 45],
    ['for an hour at most', 24 * 60, 60],
  ])('delays the other jobs %s when the provider limits the rate', async (_, retryAfterMinutes, backOffMinutes) => {
    await addJob(line.stores);
    line.provider.outcomes = [notTaken(retryAfterMinutes * 60_000)];
    await line.runNext();
    await addJob(line.stores, { userId: '2' });
    expect(await line.runNext()).toBe(line.clock.now() + backOffMinutes * 60_000);
  });

  test('delays no other job when the provider was unreachable', async () => {
    await addJob(line.stores);
    await addJob(line.stores, { userId: '2' });
    line.provider.outcomes = [notTaken(null, 'provider_unavailable'), answered];
    expect([await line.runNext(), await line.runNext()]).toEqual(['ran', 'ran']);
  });
});

describe('a reservation that expires before its call is sent', () => {
  const slowly = async () => {
    line.clock.advance(1_001);
    return [];
  };

  test('is released unused once, and sent late the second time', async () => {
    const job = await addJob(line.stores);
    line.deps.rpm = 10;
    line.deps.loadReferences = slowly;
    await line.runNext();
    expect(line.provider.calls).toEqual([]);
    expect(await line.openAttempts()).toEqual([]);
    await line.runNext();
    expect(await line.stateOf(job)).toMatchObject({ stage: 'saving' });
  });

  test('does not count towards the five calls', async () => {
    const job = await addJob(line.stores);
    line.deps.rpm = 10;
    line.deps.loadReferences = slowly;
    line.provider.outcomes = [notTaken()];
    for (let state = await line.runNext(); state !== null; state = await line.runNext()) {
      if (state !== 'ran') line.clock.advance(state - line.clock.now());
    }
    expect(line.provider.calls).toHaveLength(5);
    expect(await line.stateOf(job)).toMatchObject({ errorCode: 'provider_rate_limited' });
  });

  test('is sent without a rate limit', async () => {
    const job = await addJob(line.stores);
    line.deps.loadReferences = slowly;
    await line.runNext();
    expect(await line.stateOf(job)).toMatchObject({ stage: 'saving' });
  });
});

test.each(['canceled', 'deleted'])(
  'sends and charges nothing for a job that is %s before its call is sent',
  async (how) => {
    const job = await addJob(line.stores);
    line.deps.loadReferences = async () => {
      if (how === 'deleted') await line.stores.jobs.deleteJob(job.jobId);
      else await line.stores.jobs.changeJob(job.jobId, (current) => cancel(current, 1));
      return [];
    };
    await line.runNext();
    expect(line.provider.calls).toEqual([]);
    expect(await line.openAttempts()).toEqual([]);
    if (how === 'canceled') expect(await line.stateOf(job)).toMatchObject({ errorCode: 'canceled', charged: 'no' });
  },
);

test('extends the rate-limit window beyond a minute by the lifetime of a reservation', async () => {
  line.deps.rpm = 1;
  await addJob(line.stores);
  await addJob(line.stores);
  const began = line.clock.now();
  await line.runNext();
  expect(await line.runNext()).toBe(began + 61_000);
});
