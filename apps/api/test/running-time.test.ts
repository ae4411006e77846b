import { afterEach, expect, test, vi } from 'vitest';
import { createRunningTime } from '../src/running-time.ts';

afterEach(() => void vi.useRealTimers());

test('measures elapsed time evenly, also when it is not read for 15 minutes', () => {
  vi.useFakeTimers();
  const monotonic = createRunningTime(() => performance.now());
  vi.advanceTimersByTime(900_000);
  expect(monotonic.read()).toBe(900_000);
  vi.advanceTimersByTime(500);
  expect(monotonic.read()).toBe(900_500);
  monotonic.stop();
});

test('counts at most two seconds of a process suspension', () => {
  vi.useFakeTimers();
  let stoodStillMs = 0;
  const monotonic = createRunningTime(() => performance.now() + stoodStillMs);
  vi.advanceTimersByTime(5_000);
  stoodStillMs = 3_600_000;
  expect(monotonic.read()).toBe(7_000);
  vi.advanceTimersByTime(1_000);
  expect(monotonic.read()).toBe(8_000);
  monotonic.stop();
});
