import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { HELD_POLLS_PER_USER, type StatusQuery, type Viewer } from '@darkroom/contracts';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { cancel } from '../../src/job/job-state.ts';
import type { StoredJob } from '../../src/job/stored-job.ts';
import { createJobWatcher, type JobWatcher } from '../../src/jobs/watch-job.ts';
import type { JobStore } from '../../src/store/job-store.ts';
import { openSqliteStores } from '../store/open-sqlite-stores.ts';
import { addJob, type Stores, startNext } from '../store/stores.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

const viewer: Viewer = { user_id: '1', star_id: null };
let stores: Stores;
let job: StoredJob;
let watcher: JobWatcher;
/** The number of polls that are held now. */
let held: number;
let reads: number;

beforeEach(async () => {
  stores = await openSqliteStores();
  job = await addJob(stores);
  held = 0;
  reads = 0;
  watcher = createJobWatcher({ store: { now, getJob: countRead, onChange: countHeld }, clock: stores.clock });
});

const now = async () => Date.now();
const countRead: JobStore['getJob'] = (jobId) => {
  reads++;
  return stores.jobs.getJob(jobId);
};
const countHeld: JobStore['onChange'] = (jobId, listener) => {
  const stop = stores.jobs.onChange(jobId, listener);
  held++;
  return () => {
    held--;
    stop();
  };
};
const untilHeld = (polls: number) => vi.waitFor(() => expect(held).toBe(polls), { interval: 1 });
const cancelJob = () => stores.jobs.changeJob(job.jobId, (current) => cancel(current, 1));
const query = (fields: Partial<StatusQuery> = {}): StatusQuery => ({ job_id: job.jobId, wait_seconds: 25, ...fields });

test('answers at once without a wait, after a known change, and for an ended job', async () => {
  expect(await watcher.watch(viewer, query({ wait_seconds: 0 }))).toMatchObject(job);
  expect(await watcher.watch(viewer, query({ after_version: 0 }))).toMatchObject(job);
  const ended = await cancelJob();
  expect(await watcher.watch(viewer, query())).toMatchObject({ ...ended });
  expect(await watcher.watch(viewer, query({ after_version: 99 }))).toMatchObject({ ...ended });
});

test('leaves no listeners behind for answered polls', async () => {
  let version = 1;
  let tell = () => {};
  const polls = createJobWatcher({
    store: {
      now,
      getJob: async () => ({ ...job, version }),
      onChange(_, listener) {
        tell = listener;
        return () => {};
      },
    },
    clock: stores.clock,
  });
  async function poll(times: number): Promise<number> {
    for (let i = 0; i < times; i++) {
      const answer = polls.watch(viewer, query({ after_version: version }), new AbortController().signal);
      await nextTurn(); // the poll is held by then
      version++;
      tell();
      await answer;
    }
    collectGarbage();
    await nextTurn();
    collectGarbage();
    return process.memoryUsage().heapUsed;
  }
  await poll(1_000);
  const before = await poll(1_000);
  expect((await poll(20_000)) - before).toBeLessThan(1_000_000); // 50 bytes a poll
});

test('accepts an id in capitals', async () => {
  const watched = watcher.watch(viewer, query({ job_id: job.jobId.toUpperCase() }));
  await untilHeld(1);
  const canceled = await cancelJob();
  expect(await watched).toMatchObject({ ...canceled });
});

test('holds the answer until the version passes the known one', async () => {
  const watched = watcher.watch(viewer, query({ after_version: 1 }));
  await untilHeld(1);
  await stores.jobs.changeJob(job.jobId, (current) => ({ ...current })); // changes nothing that a client sees
  const { job: started } = await startNext(stores);
  expect(await watched).toMatchObject(started);
  expect(held).toBe(0);
});

test('reads the job of a held poll once per change, and not in between', async () => {
  const watched = watcher.watch(viewer, query({ after_version: 1 }));
  await untilHeld(1);
  await stores.jobs.changeJob(job.jobId, (current) => ({ ...current }));
  await vi.waitFor(() => expect(reads).toBe(3), { interval: 1 });
  for (let i = 0; i < 10; i++) await stores.jobs.ping(); // gives an unwanted read time to happen
  expect(reads).toBe(3);
  await cancelJob();
  await watched;
});

test('holds until the job ends without a version', async () => {
  const watched = watcher.watch(viewer, query());
  await untilHeld(1);
  await startNext(stores);
  await cancelJob();
  expect((await watched).state.status).toBe('FAILED');
});

test('answers with the current job when the wait is over', async () => {
  const watched = watcher.watch(viewer, query({ wait_seconds: 25, after_version: 1 }));
  await untilHeld(1);
  stores.clock.advance(24_999);
  await new Promise(setImmediate);
  expect(held).toBe(1);
  stores.clock.advance(1);
  expect(await watched).toMatchObject(job);
  expect(held).toBe(0);
});

describe('a change during a poll', () => {
  test.each([1, 2])('is not lost after read number %i', async (fatefulRead) => {
    let readsSoFar = 0;
    const store = {
      now,
      onChange: stores.jobs.onChange,
      async getJob(jobId: string) {
        const read = await stores.jobs.getJob(jobId);
        if (++readsSoFar === fatefulRead) await cancelJob();
        return read;
      },
    };
    const watched = await createJobWatcher({ store, clock: stores.clock }).watch(viewer, query({ after_version: 1 }));
    expect(watched.version).toBe(2);
  });
});

test('answers not found for a job that is deleted while it is watched', async () => {
  const watched = expect(watcher.watch(viewer, query())).rejects.toMatchObject({ code: 'job_not_found' });
  await untilHeld(1);
  await stores.jobs.deleteJob(job.jobId);
  await watched;
  expect(held).toBe(0);
});

test.each([
  ['is unknown', '123e4567-e89b-42d3-a456-426614174000', 'job_not_found'],
  ['is no UUID', '../1', 'job_not_found'],
])('answers not found without a wait for a job whose id %s', async (_, job_id, code) => {
  await expect(watcher.watch(viewer, query({ job_id }))).rejects.toMatchObject({ code });
});

test('rejects the job of another user without waiting for it', async () => {
  const stranger = { user_id: '2', star_id: null };
  await expect(watcher.watch(stranger, query())).rejects.toMatchObject({ code: 'forbidden' });
});

test('holds a bounded number of polls per user and answers the next at once', async () => {
  const polls = Array.from({ length: HELD_POLLS_PER_USER }, () => watcher.watch(viewer, query()));
  await untilHeld(HELD_POLLS_PER_USER);
  expect(await watcher.watch(viewer, query())).toMatchObject(job);
  const theirs = await addJob(stores, { userId: '2' });
  const other = watcher.watch({ user_id: '2', star_id: null }, query({ job_id: theirs.jobId }));
  await untilHeld(HELD_POLLS_PER_USER + 1);
  await cancelJob();
  await stores.jobs.deleteJob(theirs.jobId);
  await Promise.allSettled([...polls, other]);
  expect(held).toBe(0);
});

test('frees the place of a client that disconnects', async () => {
  const callers = Array.from({ length: HELD_POLLS_PER_USER }, () => new AbortController());
  const polls = callers.map(({ signal }) => watcher.watch(viewer, query(), signal));
  await untilHeld(HELD_POLLS_PER_USER);
  callers[0]?.abort();
  await polls[0];
  const next = watcher.watch(viewer, query());
  await untilHeld(HELD_POLLS_PER_USER);
  await cancelJob();
  await Promise.all([...polls, next]);
});

test('does not wait for a client that is already disconnected', async () => {
  expect(await watcher.watch(viewer, query(), AbortSignal.abort())).toMatchObject(job);
});

test('answers every held poll on release and holds none afterwards', async () => {
  const polls = [watcher.watch(viewer, query()), watcher.watch(viewer, query({ after_version: 1 }))];
  await untilHeld(2);
  watcher.release();
  expect(await Promise.all(polls)).toMatchObject([job, job]);
  expect(await watcher.watch(viewer, query())).toMatchObject(job);
  expect(held).toBe(0);
});

test('dates a job to before it was read, also when the process is paused after the read', async () => {
  let nowMs = 9_000;
  const slow: JobStore['getJob'] = async (jobId) => {
    const read = await stores.jobs.getJob(jobId);
    nowMs = 15_000; // simulates a process that is paused after it read the job
    return read;
  };
  const { watch } = createJobWatcher({
    store: { now: async () => nowMs, getJob: slow, onChange: countHeld },
    clock: stores.clock,
  });
  expect((await watch(viewer, query({ wait_seconds: 0 }))).asOf).toBeLessThanOrEqual(9_000);
});
