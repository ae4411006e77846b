import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { repeatEvery } from '../src/repeat-every.ts';
import { createRecordedLog } from './jobs/recorded-log.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('runs at once and then at the given interval', async () => {
  const work = vi.fn(async () => {});
  const repeated = repeatEvery({ ms: 1_000, task: 'count', work, log: createRecordedLog() });
  expect(work).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(3_000);
  expect(work).toHaveBeenCalledTimes(4);
  await repeated.stop();
  await vi.advanceTimersByTimeAsync(3_000);
  expect(work).toHaveBeenCalledTimes(4);
});

test('never overlaps with its own previous run', async () => {
  const first = Promise.withResolvers<void>();
  const work = vi.fn(() => first.promise);
  const repeated = repeatEvery({ ms: 1_000, task: 'count', work, log: createRecordedLog() });
  await vi.advanceTimersByTimeAsync(3_000);
  expect(work).toHaveBeenCalledTimes(1);
  first.resolve();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(work).toHaveBeenCalledTimes(2);
  await repeated.stop();
});

test('runs again after a failure', async () => {
  const log = createRecordedLog();
  const work = vi.fn(() => Promise.reject(new Error('database away')));
  const repeated = repeatEvery({ ms: 1_000, task: 'count', work, log });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(work).toHaveBeenCalledTimes(2);
  expect(log.lines).toMatchObject([{ fields: { task: 'count' } }, { fields: { task: 'count' } }]);
  await repeated.stop();
});
