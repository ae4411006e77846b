import { beforeEach, expect, test } from 'vitest';
import { cancel, failCall, startCall, startSaving, waitForRetry } from '../../src/job/job-state.ts';
import type { NewJob } from '../../src/store/job-store.ts';
import {
  addJob,
  addSavingJob,
  h3RequestWith,
  newJob,
  newStart,
  newUpload,
  type OpenStores,
  placed,
  type Stores,
  startNext,
  WORKER,
} from './stores.ts';

const ANSWERED = { outcome: 'answered', traceId: 't', responseId: 'r' } as const;

export function testCalls(open: OpenStores): void {
  let stores: Stores;
  beforeEach(async () => {
    stores = await open();
  });

  test('commits an attempt and the job as PROCESSING before the call can be sent', async () => {
    const { jobId } = await addJob(stores);
    const { job, attempt } = await startNext(stores);
    expect(attempt).toMatchObject({ number: 1, startedAt: stores.clock.now() });
    const call = { startedAt: attempt.startedAt, expectedMs: 1_000 };
    expect(job).toMatchObject({ jobId, version: 2, state: { status: 'PROCESSING', stage: 'generating', call } });
    const reopened = await stores.reopen();
    expect(await reopened.jobs.getJob(jobId)).toEqual(job);
    expect(await reopened.workers.openAttempts(WORKER)).toEqual([
      { attemptId: attempt.attemptId, jobId, worker: 'self' },
    ]);
  });

  test('never gives a job two calls at once', async () => {
    await addJob(stores);
    const outcomes = await Promise.all([stores.jobs.startNextCall(newStart()), stores.jobs.startNextCall(newStart())]);
    expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual(['idle', 'started']);
  });

  test('ends an attempt exactly once', async () => {
    const { jobId } = await addJob(stores);
    const { attempt } = await startNext(stores);
    await stores.jobs.endAttempt(attempt.attemptId, ANSWERED, startSaving, placed([{ url: 'http://a/1' }]));
    // The holder of a paid answer retries a commit whose confirmation was lost.
    const again = await stores.jobs.endAttempt(
      attempt.attemptId,
      ANSWERED,
      startSaving,
      placed([{ url: 'http://a/2' }]),
    );
    expect(again).toEqual(await stores.jobs.getJob(jobId));
    expect((await stores.jobs.getImages(jobId))?.images.map(({ source }) => source)).toEqual([{ url: 'http://a/1' }]);
    expect(await stores.workers.openAttempts(WORKER)).toEqual([]);
  });

  test('commits the end of an attempt and the step of its job together, or neither if the step throws', async () => {
    await addJob(stores);
    const { attempt } = await startNext(stores);
    const end = stores.jobs.endAttempt(attempt.attemptId, ANSWERED, () => {
      throw new Error('no');
    });
    await expect(end).rejects.toThrow('no');
    expect(await stores.workers.openAttempts(WORKER)).toMatchObject([{ attemptId: attempt.attemptId }]);
  });

  test('keeps the answer to a canceled job and changes only its charge', async () => {
    const { jobId } = await addJob(stores);
    const { attempt } = await startNext(stores);
    await stores.jobs.changeJob(jobId, (job) => cancel(job, 1));
    const after = await stores.jobs.endAttempt(
      attempt.attemptId,
      ANSWERED,
      startSaving,
      placed([{ url: 'http://a/1' }]),
    );
    expect(after?.state).toMatchObject({ errorCode: 'canceled', charged: 'yes' });
    expect(await stores.jobs.getImages(jobId)).toMatchObject({
      responseId: 'r',
      images: [{ source: { url: 'http://a/1' }, asset: null }],
    });
  });

  test('ends the attempt of a deleted job by its answer', async () => {
    const { jobId } = await addJob(stores);
    const { attempt } = await startNext(stores);
    await stores.jobs.deleteJob(jobId);
    expect(
      await stores.jobs.endAttempt(attempt.attemptId, ANSWERED, startSaving, placed([{ url: 'http://a' }])),
    ).toBeNull();
    expect(await stores.workers.openAttempts(WORKER)).toEqual([]);
  });

  test('delays a retry until its time, and then puts it before jobs that wait for their first call', async () => {
    const { jobId } = await addJob(stores);
    const { attempt } = await startNext(stores);
    const retryAt = stores.clock.now() + 5_000;
    await stores.jobs.endAttempt(attempt.attemptId, { outcome: 'not_taken' }, (job) =>
      waitForRetry(job, { retryAt, progressFrom: 30 }),
    );
    expect(await stores.jobs.startNextCall(newStart())).toEqual({ kind: 'idle', retryInMs: 5_000 });
    const other = await addJob(stores, { userId: '2' });
    stores.clock.advance(5_000);
    const { job, attempt: second } = await startNext(stores);
    expect(second.number).toBe(2);
    expect(job).toMatchObject({ jobId, version: 2, state: { progressFrom: 30, call: { startedAt: retryAt } } });
    expect((await startNext(stores)).job.jobId).toBe(other.jobId);
  });

  test('keeps a waiting retry over a restart', async () => {
    const { jobId } = await addJob(stores);
    const { attempt } = await startNext(stores);
    const retryAt = stores.clock.now() + 5_000;
    const waits = await stores.jobs.endAttempt(attempt.attemptId, { outcome: 'not_taken' }, (job) =>
      waitForRetry(job, { retryAt, progressFrom: 30 }),
    );
    const reopened = await stores.reopen();
    expect(await reopened.jobs.getJob(jobId)).toEqual(waits);
    expect(await reopened.jobs.startNextCall(newStart())).toEqual({ kind: 'idle', retryInMs: 5_000 });
  });

  test('returns the durations of answered calls of the requested kind, newest first', async () => {
    const kinds = [1, 2, 1].map((n) => ({ model: 'image-01' as const, prompt: 'p', n }));
    for (const [index, request] of kinds.entries()) {
      await addJob(stores, { request });
      const { attempt } = await startNext(stores);
      stores.clock.advance((index + 1) * 1_000);
      await stores.jobs.endAttempt(attempt.attemptId, ANSWERED, startSaving, placed([{ url: 'http://a' }]));
    }
    await addJob(stores);
    const { attempt } = await startNext(stores);
    await stores.jobs.endAttempt(attempt.attemptId, { outcome: 'failed' }, (job) =>
      failCall(job, 'provider_rejected', 'no', 1),
    );
    expect(await stores.jobs.recentCallMs('image-01 x1')).toEqual([3_000, 1_000]);
    expect(await stores.jobs.recentCallMs('image-01-live x1')).toEqual([]);
    expect(await stores.jobs.answeredCalls('image-01')).toEqual([
      { kind: 'image-01 x1', ms: 3_000 },
      { kind: 'image-01 x2', ms: 2_000 },
      { kind: 'image-01 x1', ms: 1_000 },
    ]);
  });

  test('keeps the durations of H3 calls by model, size class and number of images, also with references', async () => {
    const h3 = { model: 'MiniMax-H3-Image', prompt: 'p', n: 1 } as const;
    const upload = newUpload();
    await stores.uploads.createUpload(upload, 0);
    const requests: NewJob['request'][] = [
      { ...h3, area: '2K' },
      { ...h3, size: '2048x2048' },
      { ...h3, area: '2K', n: 2 },
      h3RequestWith(upload.uploadId),
      { ...h3, area: '4K' },
      { ...h3, model: 'MiniMax-H3-Image-Highspeed', area: '2K' },
    ];
    for (const [index, request] of requests.entries()) {
      await addJob(stores, { request });
      const { attempt } = await startNext(stores, { family: 'h3' });
      stores.clock.advance((index + 1) * 1_000);
      await stores.jobs.endAttempt(attempt.attemptId, ANSWERED, startSaving, placed([{ url: 'http://a' }]));
    }
    expect(await stores.jobs.recentCallMs('MiniMax-H3-Image 2K x1')).toEqual([4_000, 2_000, 1_000]);
    expect(await stores.jobs.recentCallMs('MiniMax-H3-Image 2K x2')).toEqual([3_000]);
    expect(await stores.jobs.recentCallMs('MiniMax-H3-Image 4K x1')).toEqual([5_000]);
    expect(await stores.jobs.recentCallMs('MiniMax-H3-Image-Highspeed 2K x1')).toEqual([6_000]);
    expect(await stores.jobs.answeredCalls('image-01')).toEqual([]);
    await addJob(stores, { request: h3RequestWith(upload.uploadId) });
    let known: number[] = [];
    await startNext(stores, {
      family: 'h3',
      step(job, { startedAt, recentCallMs }) {
        known = recentCallMs;
        return startCall(job, { startedAt, expectedMs: 1_000 });
      },
    });
    expect(known).toEqual([4_000, 2_000, 1_000]);
  });

  test('counts the calls in flight and the jobs that wait to retry, of all families', async () => {
    const h3 = { model: 'MiniMax-H3-Image', prompt: 'p', n: 1, area: '2K' } as const;
    for (const request of [h3, h3, newJob().request]) await addJob(stores, { request });
    const { attempt } = await startNext(stores, { family: 'h3' });
    await startNext(stores, { family: 'h3' });
    await startNext(stores);
    expect(await stores.jobs.countCalls()).toEqual({ open: 3, retries: 0 });
    await stores.jobs.endAttempt(attempt.attemptId, { outcome: 'not_taken' }, (job, now) =>
      waitForRetry(job, { retryAt: now + 5_000, progressFrom: 1 }),
    );
    expect(await stores.jobs.countCalls()).toEqual({ open: 2, retries: 1 });
    expect(await stores.jobs.recentCalls('h3', 0)).toMatchObject({ open: 1, retries: 1 });
    expect(await stores.jobs.recentCalls('image-01', 0)).toMatchObject({ open: 1, retries: 0 });
  });

  test('finds the jobs in the saving stage', async () => {
    const saving = await addSavingJob(stores, [{ url: 'http://a' }]);
    await addJob(stores);
    expect(await stores.workers.adoptSaving(WORKER)).toEqual([saving.jobId]);
  });
}
