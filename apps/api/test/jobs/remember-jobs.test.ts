import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { cancel, complete, startSaving } from '../../src/job/job-state.ts';
import type { StoredJob } from '../../src/job/stored-job.ts';
import { createEndedAnswers, type EndedAnswers } from '../../src/jobs/ended-answers.ts';
import { createPresentJob } from '../../src/jobs/present-job.ts';
import { type RememberedJobs, rememberJobs } from '../../src/jobs/remember-jobs.ts';
import { openSqliteStores } from '../store/open-sqlite-stores.ts';
import { addJob, addSavingJob, placed, type Stores, startNext } from '../store/stores.ts';

const ASSET = {
  key: 'a.jpg',
  width: 1,
  height: 1,
  bytes: 1,
  contentType: 'image/jpeg' as const,
  compressed: true,
  placeholder: null,
};

let stores: Stores;
let reads: number;
let remembered: RememberedJobs;

beforeEach(async () => {
  stores = await openSqliteStores();
  reads = 0;
  remembered = rememberJobs({
    getJob(jobId) {
      reads++;
      return stores.jobs.getJob(jobId);
    },
    onChange: stores.jobs.onChange,
  });
});

/** Every way in which a stored job changes, as a change of a job that has begun to be saved, or of one that waits. */
const CHANGES: [name: string, change: (job: StoredJob) => Promise<unknown>, waits?: true][] = [
  ['canceled while it waits', ({ jobId }) => stores.jobs.changeJob(jobId, (job) => cancel(job, 1)), true],
  ['started', () => startNext(stores), true],
  ['deleted', ({ jobId }) => stores.jobs.deleteJob(jobId)],
  ['completed', ({ jobId }) => stores.jobs.changeJob(jobId, (job, now) => complete(job, [ASSET], now))],
  ['one image further', ({ jobId }) => stores.jobs.endImage(jobId, 0, ASSET)],
];

test.each(CHANGES)('reads a job again after it was %s', async (_, change, waits) => {
  const job = waits ? await addJob(stores) : await addSavingJob(stores, [{ url: 'https://a.example' }]);
  await remembered.getJob(job.jobId);
  expect(await remembered.getJob(job.jobId)).toEqual(job);
  expect(reads).toBe(1);

  await change(job);

  expect(await remembered.getJob(job.jobId)).toEqual(await stores.jobs.getJob(job.jobId));
  expect(reads).toBe(2);
});

test('does not keep a job that changed while it was read', async () => {
  const { jobId } = await addJob(stores);
  const slow = rememberJobs({
    async getJob() {
      const job = await stores.jobs.getJob(jobId);
      await stores.jobs.changeJob(jobId, (current) => cancel(current, 1));
      return job;
    },
    onChange: stores.jobs.onChange,
  });
  await slow.getJob(jobId);
  expect(slow.peek(jobId)).toBeUndefined();
});

test('keeps nothing of a job that does not exist, and of a read that failed', async () => {
  const jobId = randomUUID();
  expect(await remembered.getJob(jobId)).toBeNull();
  await addJob(stores, { jobId });
  expect(await remembered.getJob(jobId)).toMatchObject({ jobId });

  const failing = rememberJobs({ getJob: () => Promise.reject(new Error('away')), onChange: () => () => {} });
  await expect(failing.getJob(jobId)).rejects.toThrow('away');
  expect(failing.peek(jobId)).toBeUndefined();
});

test('forgets the oldest of 5,000 jobs when another is read', async () => {
  const listening = new Set<string>();
  const job = await addJob(stores);
  const many = rememberJobs({
    getJob: async (jobId) => ({ ...job, jobId }),
    onChange(jobId) {
      listening.add(jobId);
      return () => listening.delete(jobId);
    },
  });
  for (let number = 0; number <= 5_000; number++) await many.getJob(String(number));
  expect(many.peek('0')).toBeUndefined();
  expect(many.peek('1')).toMatchObject({ jobId: '1' });
  expect(listening.size).toBe(5_000);
});

describe('the kept answer of an ended job', () => {
  const viewer = { user_id: '1', star_id: null };
  let nextLinkAt: number;
  let answers: EndedAnswers;

  beforeEach(() => {
    nextLinkAt = 1_000;
    const presentJob = createPresentJob({
      store: stores.jobs,
      signer: { sign: (key) => ({ url: `https://darkroom.example/files/${key}`, expiresAt: new Date(nextLinkAt) }) },
      estimates: { typicalCallMs: async () => 1, waiting: async () => () => 1, retrying: async () => 1 },
    });
    answers = createEndedAnswers({
      jobs: remembered,
      present: (job) => presentJob(job, []),
      signer: { nextLinkAt: () => nextLinkAt },
    });
  });

  async function present(jobId: string): Promise<void> {
    const job = await remembered.getJob(jobId);
    if (job) await answers.present({ ...job, asOf: 0 });
  }

  test('is given to its user only, and only once the job has ended', async () => {
    const { jobId } = await addJob(stores);
    await present(jobId);
    expect(answers.recall(viewer, jobId)).toBeNull();
    await stores.jobs.changeJob(jobId, (job) => cancel(job, 1));
    expect(answers.recall(viewer, jobId)).toBeNull();
    await present(jobId);
    expect(answers.recall(viewer, jobId)).toMatchObject({ status: 'FAILED' });
    expect(answers.recall({ user_id: '2', star_id: null }, jobId)).toBeNull();
  });

  test('is dropped with the job, when its charge is settled later, and when its links are signed anew', async () => {
    const { jobId } = await addJob(stores);
    const { attempt } = await startNext(stores);
    await stores.jobs.changeJob(jobId, (job) => cancel(job, 1));
    await present(jobId);
    expect(answers.recall(viewer, jobId)?.json).toContain('"charged":"unknown"');

    await stores.jobs.endAttempt(
      attempt.attemptId,
      { outcome: 'answered' },
      startSaving,
      placed([{ url: 'https://a.example' }]),
    );
    expect(answers.recall(viewer, jobId)).toBeNull();
    await present(jobId);
    expect(answers.recall(viewer, jobId)?.json).toContain('"charged":"yes"');

    nextLinkAt = 2_000;
    expect(answers.recall(viewer, jobId)).toBeNull();
    await present(jobId);
    await stores.jobs.deleteJob(jobId);
    expect(answers.recall(viewer, jobId)).toBeNull();
  });
});
