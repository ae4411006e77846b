import { beforeEach, describe, expect, test } from 'vitest';
import { cancel, waitForRetry } from '../../src/job/job-state.ts';
import type { StoredJob } from '../../src/job/stored-job.ts';
import { recoverJobs } from '../../src/jobs/recover-jobs.ts';
import { openSqliteStores } from '../store/open-sqlite-stores.ts';
import { addJob, addSavingJob, type Stores, startNext, WORKER } from '../store/stores.ts';
import { createRecordedLog } from './recorded-log.ts';

const NO_ANSWERS = { list: async () => [], resume: async () => false };

let stores: Stores;
let saved: string[];
beforeEach(async () => {
  stores = await openSqliteStores();
  saved = [];
});

async function restart(): Promise<void> {
  stores = await stores.reopen();
  const saveImages = (jobId: string) => void saved.push(jobId);
  await recoverJobs({
    store: stores.jobs,
    workers: stores.workers,
    workerId: 'the-next-process',
    ownedAttempts: new Set(),
    saveImages,
    answers: NO_ANSWERS,
    log: createRecordedLog(),
  });
}
const now = (job: StoredJob) => stores.jobs.getJob(job.jobId);

test('keeps a waiting job waiting', async () => {
  const job = await addJob(stores);
  await restart();
  expect(await now(job)).toEqual(job);
});

test('fails a call without an answer with an unknown outcome, and never sends it again', async () => {
  const job = await addJob(stores);
  await startNext(stores);
  await restart();
  expect((await now(job))?.state).toMatchObject({ errorCode: 'outcome_unknown', charged: 'unknown' });
  expect(await stores.workers.openAttempts('the-next-process')).toEqual([]);
});

test('resumes saving an answer without stored images', async () => {
  const job = await addSavingJob(stores, [{ url: 'http://images/a' }]);
  await restart();
  expect(await now(job)).toEqual(job);
  expect(saved).toEqual([job.jobId]);
});

test('keeps a job that waits to retry waiting for its time', async () => {
  const job = await addJob(stores);
  const { attempt } = await startNext(stores);
  const retryAt = stores.clock.now() + 5_000;
  const waiting = await stores.jobs.endAttempt(attempt.attemptId, { outcome: 'not_taken' }, (current) =>
    waitForRetry(current, { retryAt, progressFrom: 12 }),
  );
  await restart();
  expect(await now(job)).toEqual(waiting);
});

test('keeps a job canceled during its call canceled, with an unknown charge', async () => {
  const job = await addJob(stores);
  await startNext(stores);
  const canceled = await stores.jobs.changeJob(job.jobId, (current) => cancel(current, 1));
  await restart();
  expect(await now(job)).toEqual(canceled);
  expect(await stores.workers.openAttempts('the-next-process')).toEqual([]);
});

test('saves the images of a job that was canceled while they arrived, whose call was interrupted', async () => {
  const job = await addJob(stores);
  const { attempt } = await startNext(stores);
  await stores.jobs.recordArrival(attempt.attemptId, { position: 0, source: { url: 'http://images/a' } });
  const canceled = await stores.jobs.changeJob(job.jobId, (current) => cancel(current, 1));
  await restart();
  expect(saved).toEqual([job.jobId]);
  expect(await now(job)).toEqual(canceled);
  expect(canceled?.state).toMatchObject({ status: 'FAILED', errorCode: 'canceled', charged: 'yes', arrived: 1 });
});

test('ignores the attempt of a job that was deleted during its call', async () => {
  const job = await addJob(stores);
  await startNext(stores);
  await stores.jobs.deleteJob(job.jobId);
  await restart();
  expect(await stores.workers.openAttempts('the-next-process')).toEqual([]);
});

describe('an open attempt of this worker', () => {
  const recoverHolding = (...attemptIds: string[]) =>
    recoverJobs({
      store: stores.jobs,
      workers: stores.workers,
      workerId: WORKER,
      ownedAttempts: new Set(attemptIds),
      saveImages: (jobId) => void saved.push(jobId),
      answers: NO_ANSWERS,
      log: createRecordedLog(),
    });

  test('is released unsent if the worker does not own it, and its job continues at once', async () => {
    const job = await addJob(stores);
    await startNext(stores);
    await recoverHolding();
    expect(await stores.workers.openAttempts(WORKER)).toEqual([]);
    const again = await startNext(stores);
    expect(again).toMatchObject({ job: { jobId: job.jobId }, attempt: { number: 1 } });
  });

  test('is left alone if the worker owns it', async () => {
    const job = await addJob(stores);
    const { job: calling, attempt } = await startNext(stores);
    await recoverHolding(attempt.attemptId);
    expect(await now(job)).toEqual(calling);
    expect(await stores.workers.openAttempts(WORKER)).toHaveLength(1);
  });

  test('continues to save its images if the call was answered', async () => {
    const job = await addSavingJob(stores, [{ url: 'http://images/a' }]);
    await recoverHolding();
    expect(saved).toEqual([job.jobId]);
  });
});

test('changes nothing when it runs twice', async () => {
  const job = await addJob(stores);
  await startNext(stores);
  await restart();
  const recovered = await now(job);
  await restart();
  expect(await now(job)).toEqual(recovered);
});
