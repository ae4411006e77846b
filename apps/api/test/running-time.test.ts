import { expect, test } from 'vitest';
import { createRunningTime } from '../src/running-time.ts';
import { createManualClock } from './manual-clock.ts';

test('measures elapsed time evenly, also when it is not read for 15 minutes', async () => {
  const clock = createManualClock();
  const running = createRunningTime(clock);
  await clock.advanceAsync(900_000);
  expect(running.read()).toBe(900_000);
  await clock.advanceAsync(500);
  expect(running.read()).toBe(900_500);
  running.stop();
});

test('counts at most two seconds of a process suspension', async () => {
  const clock = createManualClock();
  const running = createRunningTime(clock);
  await clock.advanceAsync(5_000);
  clock.advance(3_600_000);
  expect(running.read()).toBe(7_000);
  await clock.advanceAsync(1_000);
  expect(running.read()).toBe(8_000);
  running.stop();
});
