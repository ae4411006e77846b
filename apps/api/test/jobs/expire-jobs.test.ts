import { expect, test } from 'vitest';
import { expireJobs } from '../../src/jobs/expire-jobs.ts';
import { waitToRepeat } from '../../src/jobs/job-state.ts';
import { openSqliteStores } from '../store/open-sqlite-stores.ts';
import { addJob, addSavingJob, startNext } from '../store/stores.ts';

const QUEUE_TTL_MS = 1_000;

async function openQueue() {
  const stores = await openSqliteStores();
  const { jobs: store, clock } = stores;
  return { ...stores, expire: () => expireJobs({ store, queueTtlMs: QUEUE_TTL_MS, clock: clock.now }) };
}

test('a job that waited longer than it may is expired, never sent and never charged', async () => {
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

test('tells when the next one is due', async () => {
  const stores = await openQueue();
  expect(await stores.expire()).toBeNull();
  await addJob(stores);
  stores.clock.advance(600);
  const second = await addJob(stores);
  expect(await stores.expire()).toBe(stores.clock.now() - 600 + QUEUE_TTL_MS);
  stores.clock.advance(QUEUE_TTL_MS - 599);
  expect(await stores.expire()).toBe(second.createdAt + QUEUE_TTL_MS);
});

test('a job that was sent never expires, also while it waits to repeat its call', async () => {
  const stores = await openQueue();
  const saving = await addSavingJob(stores, [{ url: 'http://pictures/a' }]);
  const repeating = await addJob(stores);
  const { attempt } = await startNext(stores);
  await stores.jobs.endAttempt(attempt.attemptId, { outcome: 'not_taken' }, (job) =>
    waitToRepeat(job, { repeatAt: 1, progressFrom: 1 }),
  );
  stores.clock.advance(QUEUE_TTL_MS * 100);
  expect(await stores.expire()).toBeNull();
  for (const { jobId } of [saving, repeating]) {
    expect((await stores.jobs.getJob(jobId))?.state.status).toBe('PROCESSING');
  }
});
