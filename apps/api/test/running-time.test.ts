import { afterEach, expect, test, vi } from 'vitest';
import { createRunningTime } from '../src/running-time.ts';

afterEach(() => void vi.useRealTimers());

test('measures time that passes evenly, whoever reads it and however seldom', () => {
  vi.useFakeTimers();
  const monotonic = createRunningTime(() => performance.now());
  vi.advanceTimersByTime(900_000);
  expect(monotonic.read()).toBe(900_000);
  vi.advanceTimersByTime(500);
  expect(monotonic.read()).toBe(900_500);
  monotonic.stop();
});

test('counts two seconds of a standstill, however long it is', () => {
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
