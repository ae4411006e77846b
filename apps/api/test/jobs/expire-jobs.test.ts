import { expect, test } from 'vitest';
import { waitForRetry } from '../../src/job/job-state.ts';
import { expireJobs } from '../../src/jobs/expire-jobs.ts';
import { openSqliteStores } from '../store/open-sqlite-stores.ts';
import { addJob, addSavingJob, startNext } from '../store/stores.ts';

const QUEUE_TTL_MS = 1_000;

async function openQueue() {
  const stores = await openSqliteStores();
  const { jobs: store } = stores;
  return { ...stores, expire: () => expireJobs({ store, queueTtlMs: QUEUE_TTL_MS }) };
}

test('expires a job that waited too long, never sent and never charged', async () => {
  const stores = await openQueue();
  const { jobId } = await addJob(stores);
  stores.clock.advance(QUEUE_TTL_MS);
  await stores.expire();
  expect((await stores.jobs.getJob(jobId))?.state.status).toBe('PENDING');
  stores.clock.advance(1);
  await stores.expire();
  expect(await stores.jobs.getJob(jobId)).toMatchObject({
    version: 2,
    state: { errorCode: 'expired', charged: 'no', completedAt: stores.clock.now() },
  });
});

test('does not expire a job that was sent, also while it waits to retry', async () => {
  const stores = await openQueue();
  const saving = await addSavingJob(stores, [{ url: 'http://images/a' }]);
  const retrying = await addJob(stores);
  const { attempt } = await startNext(stores);
  await stores.jobs.endAttempt(attempt.attemptId, { outcome: 'not_taken' }, (job) =>
    waitForRetry(job, { retryAt: 1, progressFrom: 1 }),
  );
  stores.clock.advance(QUEUE_TTL_MS * 100);
  await stores.expire();
  for (const { jobId } of [saving, retrying]) {
    expect((await stores.jobs.getJob(jobId))?.state.status).toBe('PROCESSING');
  }
});
