import fc from 'fast-check';
import { expect, test } from 'vitest';
import { failCall, waitForRetry } from '../../src/job/job-state.ts';
import { FAMILIES, type Family } from '../../src/job/model-family.ts';
import type { StartOutcome } from '../../src/store/job-store.ts';
import { addJob, h3RequestWith, newJob, newStart, type OpenStores, type Stores, startNext } from './stores.ts';

const RPM = 3;
const WINDOW_MS = 1_000;

type Move = { kind: 'wait'; ms: number } | { kind: 'start'; repeats: boolean } | { kind: 'restart' };

const moves: fc.Arbitrary<Move[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('start' as const), repeats: fc.boolean() }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.nat({ max: 400 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
  ),
  { minLength: 5, maxLength: 30 },
);

const start = ({ jobs }: Stores): Promise<StartOutcome> =>
  jobs.startNextCall(newStart({ rpm: RPM, windowMs: WINDOW_MS }));

/** Ends the call as not accepted, with a retry due at once. */
async function repeatAtOnce({ jobs, clock }: Stores, outcome: StartOutcome): Promise<void> {
  if (outcome.kind !== 'started') return;
  const again = { retryAt: clock.now(), progressFrom: 1 };
  await jobs.endAttempt(outcome.attempt.attemptId, { outcome: 'not_taken' }, (job) => waitForRetry(job, again));
}

function expectWithinRateLimit(starts: number[]): void {
  for (const from of starts) {
    const inWindow = starts.filter((at) => at >= from && at < from + WINDOW_MS);
    expect(inWindow.length).toBeLessThanOrEqual(RPM);
  }
}

export function testRateLimit(open: OpenStores): void {
  test('never begins more calls in any window than allowed, including repeats and restarts', async () => {
    await fc.assert(
      fc.asyncProperty(moves, async (story) => {
        let stores = await open();
        for (let i = 0; i < 10; i++) await addJob(stores);
        const starts: number[] = [];
        for (const move of story) {
          if (move.kind === 'wait') stores.clock.advance(move.ms);
          else if (move.kind === 'restart') stores = await stores.reopen();
          else {
            const outcome = await start(stores);
            if (outcome.kind === 'started') starts.push(stores.clock.now());
            if (move.repeats) await repeatAtOnce(stores, outcome);
          }
        }
        expectWithinRateLimit(starts);
      }),
      { numRuns: 12 },
    );
  });

  test('begins a burst up to the limit at once, and the next call at the returned time, not earlier', async () => {
    const stores = await open();
    for (let i = 0; i < 5; i++) await addJob(stores);
    for (let i = 0; i < RPM; i++) expect((await start(stores)).kind).toBe('started');
    stores.clock.advance(WINDOW_MS - 1);
    expect(await start(stores)).toEqual({ kind: 'idle', retryInMs: 1 });
    stores.clock.advance(1);
    expect((await start(stores)).kind).toBe('started');
  });

  test('shares the limit among simultaneous starts', async () => {
    const stores = await open();
    for (let i = 0; i < 10; i++) await addJob(stores);
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => start(stores)));
    expect(outcomes.filter(({ kind }) => kind === 'started')).toHaveLength(RPM);
  });

  test('blocks no call for longer than two windows after the clock was set back', async () => {
    const stores = await open();
    for (let i = 0; i < RPM * 2; i++) await addJob(stores);
    for (let i = 0; i < RPM; i++) await start(stores);
    stores.clock.advance(-3_600_000);
    expect((await stores.jobs.recentCalls('image-01', WINDOW_MS)).startedAgoMs).toEqual([]);
    expect((await start(stores)).kind).toBe('started');
  });

  test('counts the calls of deleted jobs', async () => {
    const stores = await open();
    for (let i = 0; i < 4; i++) await addJob(stores);
    for (let i = 0; i < RPM; i++) {
      const outcome = await start(stores);
      if (outcome.kind === 'started') await stores.jobs.deleteJob(outcome.job.jobId);
    }
    expect((await start(stores)).kind).toBe('idle');
  });

  test('begins no call during the longest back-off that the provider requested', async () => {
    const stores = await open();
    for (let i = 0; i < 3; i++) await addJob(stores);
    const calls = [await startNext(stores), await startNext(stores)];
    for (const [index, { attempt }] of calls.entries()) {
      const end = { outcome: 'not_taken', backOffMs: index === 0 ? 5_000 : 2_000 } as const;
      await stores.jobs.endAttempt(attempt.attemptId, end, (job) => failCall(job, 'provider_rate_limited', 'no', 1));
    }
    stores.clock.advance(4_999);
    expect(await stores.jobs.startNextCall(newStart())).toEqual({ kind: 'idle', retryInMs: 1 });
    expect(await stores.jobs.recentCalls('image-01', 0)).toMatchObject({ backOffMs: 1 });
    const reopened = await stores.reopen();
    stores.clock.advance(1);
    expect(await reopened.jobs.recentCalls('image-01', 0)).toMatchObject({ backOffMs: 0 });
    expect(await reopened.jobs.startNextCall(newStart())).toMatchObject({ kind: 'started' });
  });

  test('counts jobs that wait to retry until they do', async () => {
    const stores = await open();
    await addJob(stores);
    await repeatAtOnce(stores, await start(stores));
    expect(await stores.jobs.recentCalls('image-01', 0)).toMatchObject({ retries: 1 });
    await start(stores);
    expect(await stores.jobs.recentCalls('image-01', 0)).toMatchObject({ retries: 0 });
  });

  test('counts the calls of each model family apart', async () => {
    const stores = await open();
    for (const request of [newJob().request, h3RequestWith()]) {
      await addJob(stores, { request });
      await addJob(stores, { request });
    }
    const next = (family: Family) => stores.jobs.startNextCall(newStart({ family, rpm: 1, windowMs: WINDOW_MS }));
    expect(await next('image-01')).toMatchObject({ kind: 'started', job: { request: { model: 'image-01' } } });
    expect(await next('h3')).toMatchObject({ kind: 'started', job: { request: { model: 'MiniMax-H3-Image' } } });
    for (const family of FAMILIES) expect(await next(family)).toEqual({ kind: 'idle', retryInMs: WINDOW_MS });
  });

  test('backs off only the model family that was refused', async () => {
    const stores = await open();
    for (const request of [h3RequestWith(), h3RequestWith(), newJob().request]) await addJob(stores, { request });
    const { attempt } = await startNext(stores, { family: 'h3' });
    const end = { outcome: 'not_taken', backOffMs: 5_000 } as const;
    await stores.jobs.endAttempt(attempt.attemptId, end, (job) => failCall(job, 'provider_rate_limited', 'no', 1));
    expect(await stores.jobs.startNextCall(newStart({ family: 'h3' }))).toEqual({ kind: 'idle', retryInMs: 5_000 });
    expect(await stores.jobs.startNextCall(newStart())).toMatchObject({ kind: 'started' });
  });

  test('starts only jobs of the model family that is asked for, whoever is next', async () => {
    const stores = await open();
    await addJob(stores, { userId: '1', request: h3RequestWith() });
    stores.clock.advance(1);
    const own = await addJob(stores, { userId: '2' });
    expect(await startNext(stores)).toMatchObject({ job: { jobId: own.jobId } });
    await repeatAtOnce(stores, await stores.jobs.startNextCall(newStart({ family: 'h3' })));
    expect(await stores.jobs.startNextCall(newStart())).toMatchObject({ kind: 'idle' });
    expect(await stores.jobs.startNextCall(newStart({ family: 'h3' }))).toMatchObject({ kind: 'started' });
  });

  test('begins all calls without a limit', async () => {
    const stores = await open();
    for (let i = 0; i < 12; i++) await addJob(stores);
    for (let i = 0; i < 12; i++) expect(await stores.jobs.startNextCall(newStart())).toMatchObject({ kind: 'started' });
    expect(await stores.jobs.startNextCall(newStart())).toEqual({ kind: 'idle', retryInMs: null });
  });
}
