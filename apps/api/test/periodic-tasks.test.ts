import { beforeEach, describe, expect, test, vi } from 'vitest';
import { createPeriodicTasks, type PeriodicTasks, repeatEvery } from '../src/periodic-tasks.ts';
import { buildFileTracker } from './jobs/build-file-tracker.ts';
import { createRecordedLog } from './jobs/recorded-log.ts';
import { openSqliteStores } from './store/open-sqlite-stores.ts';
import { addJob, type Stores } from './store/stores.ts';

const QUEUE_TTL_MS = 60_000;

let stores: Stores;

beforeEach(async () => {
  stores = await openSqliteStores();
});

function startTasks(
  log = createRecordedLog(),
  waitingFor = stores.jobs.waitingFor,
  recovery: Parameters<typeof createPeriodicTasks>[0]['recovery'] = null,
): PeriodicTasks {
  const fileTracker = buildFileTracker(stores, { delete: async () => {} });
  const tasks = createPeriodicTasks({
    store: { ...stores.jobs, waitingFor },
    deleteFiles: fileTracker.deleteDue,
    recovery,
    queueTtlMs: QUEUE_TTL_MS,
    clock: stores.clock,
    log,
  });
  tasks.start();
  return tasks;
}

const statusOf = async (jobId: string) => (await stores.jobs.getJob(jobId))?.state.status;
const untilFailed = (jobId: string) =>
  vi.waitFor(async () => expect(await statusOf(jobId)).toBe('FAILED'), { interval: 1 });

test('expires a job that waited too long within a second, without a request', async () => {
  const { jobId } = await addJob(stores);
  const tasks = startTasks();
  stores.clock.advance(QUEUE_TTL_MS + 1);
  await stores.clock.advanceAsync(1_000);
  await untilFailed(jobId);
  await tasks.stop();
});

test('logs a failed run and starts the next one', async () => {
  const { jobId } = await addJob(stores);
  stores.clock.advance(QUEUE_TTL_MS + 1);
  const log = createRecordedLog();
  let faults = 1;
  const tasks = startTasks(log, (longerThanMs) =>
    faults-- > 0 ? Promise.reject(new Error('database away')) : stores.jobs.waitingFor(longerThanMs),
  );
  await vi.waitFor(() => expect(log.lines).toMatchObject([{ level: 'error' }]), { interval: 1 });
  await stores.clock.advanceAsync(1_000);
  await untilFailed(jobId);
  await tasks.stop();
});

test('starts no run after the stop', async () => {
  const asked: number[] = [];
  const tasks = startTasks(createRecordedLog(), async (longerThanMs) => {
    asked.push(longerThanMs);
    return [];
  });
  await tasks.stop();
  await stores.clock.advanceAsync(10_000);
  expect(asked).toHaveLength(1);
});

test('waits at the stop for the current run, which may still need the database', async () => {
  const answer = Promise.withResolvers<string[]>();
  const tasks = startTasks(createRecordedLog(), () => answer.promise);
  const order: string[] = [];
  const stopped = tasks.stop().then(() => order.push('stopped'));
  await new Promise(setImmediate);
  order.push('the run ends');
  answer.resolve([]);
  await stopped;
  expect(order).toEqual(['the run ends', 'stopped']);
});

test('recovers the jobs of dead workers at the start and then at its own interval', async () => {
  const recover = vi.fn(async () => {});
  const tasks = startTasks(createRecordedLog(), async () => [], { everyMs: 2_000, recover });
  expect(recover).toHaveBeenCalledTimes(1);
  await stores.clock.advanceAsync(4_000);
  expect(recover).toHaveBeenCalledTimes(3);
  await tasks.stop();
  await stores.clock.advanceAsync(4_000);
  expect(recover).toHaveBeenCalledTimes(3);
});

describe('a repeated task', () => {
  test('runs at once and then at the given interval', async () => {
    const work = vi.fn(async () => {});
    const repeated = repeatEvery({ ms: 1_000, task: 'count', work, clock: stores.clock, log: createRecordedLog() });
    expect(work).toHaveBeenCalledTimes(1);
    await stores.clock.advanceAsync(3_000);
    expect(work).toHaveBeenCalledTimes(4);
    await repeated.stop();
    await stores.clock.advanceAsync(3_000);
    expect(work).toHaveBeenCalledTimes(4);
  });

  test('never overlaps with its own previous run', async () => {
    const first = Promise.withResolvers<void>();
    const work = vi.fn(() => first.promise);
    const repeated = repeatEvery({ ms: 1_000, task: 'count', work, clock: stores.clock, log: createRecordedLog() });
    await stores.clock.advanceAsync(3_000);
    expect(work).toHaveBeenCalledTimes(1);
    first.resolve();
    await stores.clock.advanceAsync(1_000);
    expect(work).toHaveBeenCalledTimes(2);
    await repeated.stop();
  });

  test('runs again after a failure', async () => {
    const log = createRecordedLog();
    const work = vi.fn(() => Promise.reject(new Error('database away')));
    const repeated = repeatEvery({ ms: 1_000, task: 'count', work, clock: stores.clock, log });
    await stores.clock.advanceAsync(1_000);
    expect(work).toHaveBeenCalledTimes(2);
    expect(log.lines).toMatchObject([{ fields: { task: 'count' } }, { fields: { task: 'count' } }]);
    await repeated.stop();
  });
});
