import { beforeEach, expect, test, vi } from 'vitest';
import { cancel, complete } from '../../src/job/job-state.ts';
import type { StoredAsset } from '../../src/job/stored-image.ts';
import type { JobState, StoredJob } from '../../src/job/stored-job.ts';
import { exampleAsset } from '../jobs/example-job.ts';
import { addJob, addSavingJob, newStart, type OpenStores, type Stores, startNext, untilTold } from './stores.ts';

const SOON = { interval: 1, timeout: 2_000 };

type Full<State> = State extends unknown ? Required<State> : never;
const asset: Required<StoredAsset> = { ...exampleAsset('a'), placeholder: '1QcSHQRnh493V4dIh4eXh1h4kJUI', index: 3 };
/** Every state with a value in every field: a further field does not compile until it has one. */
const FULL_STATES: Full<JobState>[] = [
  { status: 'PENDING' },
  {
    status: 'PROCESSING',
    stage: 'generating',
    progressFrom: 7,
    call: { startedAt: 11, expectedMs: 12 },
    retryAt: 13,
    arrived: 2,
  },
  { status: 'PROCESSING', stage: 'saving', arrived: 2 },
  { status: 'COMPLETED', completedAt: 14, assets: [asset], failedCount: 1, charged: 'yes' },
  { status: 'FAILED', completedAt: 15, errorCode: 'canceled', charged: 'yes', arrived: 2 },
];

/** What a create gives a job, with a value in every field: a further field does not compile until it has one. */
const FULL_CREATE: Required<Omit<StoredJob, 'version' | 'createdAt' | 'updatedAt' | 'state'>> = {
  jobId: '123e4567-e89b-42d3-a456-426614174001',
  userId: '7',
  starId: '5',
  request: { model: 'image-01', prompt: 'a lighthouse', n: 2 },
};

export function testJobs(open: OpenStores): void {
  let stores: Stores;
  beforeEach(async () => {
    stores = await open();
  });

  test('applies one of two simultaneous changes that exclude each other', async () => {
    const { jobId } = await addSavingJob(stores, [{ key: 'a' }]);
    const [completed, canceled] = await Promise.all([
      stores.jobs.changeJob(jobId, (job) => complete(job, [exampleAsset('a')], 1)),
      stores.jobs.changeJob(jobId, (job) => cancel(job, 2)),
    ]);
    expect(completed).toEqual(canceled);
    expect(await stores.jobs.getJob(jobId)).toEqual(completed);
    expect(completed?.version).toBe(4);
  });

  test('applies all simultaneous changes', async () => {
    const { jobId } = await addJob(stores);
    const touch = () => stores.jobs.changeJob(jobId, (job) => ({ ...job, version: job.version + 1 }));
    await Promise.all(Array.from({ length: 20 }, touch));
    expect((await stores.jobs.getJob(jobId))?.version).toBe(21);
  });

  test('leaves the job unchanged when a step throws', async () => {
    const job = await addJob(stores);
    const change = stores.jobs.changeJob(job.jobId, () => {
      throw new Error('no');
    });
    await expect(change).rejects.toThrow('no');
    expect(await stores.jobs.getJob(job.jobId)).toEqual(job);
  });

  test('moves updated_at for changes that clients can see, and for no other', async () => {
    const { jobId, updatedAt } = await addJob(stores);
    stores.clock.advance(1_000);
    const unseen = await stores.jobs.changeJob(jobId, (job) => ({ ...job }));
    expect(unseen?.updatedAt).toBe(updatedAt);
    const seen = await stores.jobs.changeJob(jobId, (job) => cancel(job, stores.clock.now()));
    expect(seen?.updatedAt).toBe(updatedAt + 1_000);
    expect(await stores.jobs.getJob(jobId)).toEqual(seen);
  });

  test('returns null for a job that was never created', async () => {
    const id = '123e4567-e89b-42d3-a456-426614174000';
    expect(await stores.jobs.getJob(id)).toBeNull();
    expect(await stores.jobs.changeJob(id, (job) => cancel(job, 1))).toBeNull();
    expect(await stores.jobs.deleteJob(id)).toEqual([]);
  });

  test('reads every field of a new job as it was given', async () => {
    const created = await addJob(stores, FULL_CREATE);
    expect(created).toMatchObject(FULL_CREATE);
    expect(await stores.jobs.getJob(FULL_CREATE.jobId)).toEqual(created);
  });

  test.each(FULL_STATES)('reads every field of the state $status $stage as it was written', async (state) => {
    const { jobId } = await addJob(stores, { starId: '5' });
    const changed = await stores.jobs.changeJob(jobId, (job) => ({ ...job, version: job.version + 1, state }));
    expect(changed?.state).toEqual(state);
    expect(await stores.jobs.getJob(jobId)).toEqual(changed);
  });

  test('restores every state unchanged, also after a restart of the process', async () => {
    const waiting = await addJob(stores);
    const { job: calling } = await startNext(stores);
    const canceled = await stores.jobs.changeJob(waiting.jobId, (job) => cancel(job, 5));
    const saving = await addSavingJob(stores, [{ key: 'a' }]);
    const done = await stores.jobs.changeJob(saving.jobId, (job) => complete(job, [exampleAsset('a')], 9));
    const jobs = [canceled, done, await addJob(stores, { starId: '5' })];
    expect(calling.jobId).toBe(waiting.jobId);
    const reopened = await stores.reopen();
    for (const job of jobs) expect(await reopened.jobs.getJob(job?.jobId ?? '')).toEqual(job);
  });

  test('returns stable pages of a list while new jobs are added', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 10; i++) {
      ids.unshift((await addJob(stores)).jobId);
      stores.clock.advance(i % 3); // some share their millisecond
    }
    const page = { userId: '1', status: undefined, starId: undefined, limit: 4 };
    const seen: string[] = [];
    for (let before: { createdAt: number; jobId: string } | undefined; ; ) {
      const jobs = await stores.jobs.listJobs({ ...page, before });
      seen.push(...jobs.map(({ jobId }) => jobId));
      before = jobs.at(-1);
      if (!before) break;
      stores.clock.advance(1);
      await addJob(stores);
    }
    expect(seen.toSorted()).toEqual(ids.toSorted());
    const all = await stores.jobs.listJobs({ ...page, before: undefined, limit: 100 });
    expect(all.map(({ createdAt }) => createdAt)).toEqual(all.map(({ createdAt }) => createdAt).sort((a, b) => b - a));
  });

  test('lists the jobs of the user, filtered by status and star', async () => {
    const starred = await addJob(stores, { starId: '5' });
    const plain = await addJob(stores);
    await addJob(stores, { userId: '2', starId: '5' });
    await stores.jobs.changeJob(plain.jobId, (job) => cancel(job, 1));
    const list = async (filter: { status?: 'FAILED' | 'PENDING'; starId?: string }) => {
      const page = { userId: '1', status: filter.status, starId: filter.starId, before: undefined, limit: 10 };
      return (await stores.jobs.listJobs(page)).map(({ jobId }) => jobId);
    };
    expect((await list({})).toSorted()).toEqual([starred.jobId, plain.jobId].toSorted());
    expect(await list({ starId: '5' })).toEqual([starred.jobId]);
    expect(await list({ status: 'FAILED' })).toEqual([plain.jobId]);
    expect(await list({ status: 'PENDING', starId: '6' })).toEqual([]);
  });

  test('notifies listeners of a change once it is committed, until they unsubscribe', async () => {
    const { jobId } = await addJob(stores);
    const other = await addJob(stores);
    const heard: (string | undefined)[] = [];
    const stop = stores.jobs.onChange(jobId, async () => heard.push((await stores.jobs.getJob(jobId))?.state.status));
    await stores.jobs.changeJob(other.jobId, (job) => cancel(job, 1));
    await stores.jobs.changeJob(jobId, (job) => cancel(job, 1));
    await vi.waitFor(() => expect(heard).toEqual(['FAILED']), SOON);
    await stores.jobs.deleteJob(jobId);
    await vi.waitFor(() => expect(heard).toEqual(['FAILED', undefined]), SOON);
    stop();
    await addJob(stores, { jobId });
    await stores.jobs.changeJob(jobId, (job) => cancel(job, 1));
    await untilTold(stores);
    expect(heard).toHaveLength(2);
  });

  test('notifies no listener of a change that fails', async () => {
    const { jobId } = await addJob(stores);
    let heard = 0;
    stores.jobs.onChange(jobId, () => heard++);
    const fail = () => {
      throw new Error('no');
    };
    await expect(stores.jobs.changeJob(jobId, fail)).rejects.toThrow('no');
    await expect(stores.jobs.startNextCall(newStart({ step: fail }))).rejects.toThrow('no');
    await untilTold(stores);
    expect(heard).toBe(0);
  });

  test('returns the longest wait and the jobs that waited longer than a given time', async () => {
    expect(await stores.jobs.longestWaitMs()).toBeNull();
    const first = await addJob(stores);
    stores.clock.advance(10);
    await addJob(stores);
    expect(await stores.jobs.longestWaitMs()).toBe(10);
    expect(await stores.jobs.waitingFor(10)).toEqual([]);
    expect(await stores.jobs.waitingFor(9)).toEqual([first.jobId]);
    await startNext(stores);
    expect(await stores.jobs.longestWaitMs()).toBe(0);
  });

  test('answers a ping', async () => {
    await expect(stores.jobs.ping()).resolves.toBeUndefined();
  });
}
