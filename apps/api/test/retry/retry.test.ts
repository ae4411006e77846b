import { expect, test } from 'vitest';
import { retry } from '../../src/retry/retry.ts';
import { createManualClock } from '../manual-clock.ts';

const failing = (times: number) => {
  let tries = 0;
  return async () => {
    tries++;
    if (tries <= times) throw new Error(`failure ${tries}`);
    return tries;
  };
};

test('repeats failed work after the waits that it is told, and returns its result', async () => {
  const clock = createManualClock({ autoAdvance: true });
  expect(await retry(failing(3), { clock, waitMs: (_, failures) => failures * 100 })).toBe(4);
  expect(clock.sleeps).toEqual([100, 200, 300]);
});

test('rejects with the last failure once it is told to give up', async () => {
  const clock = createManualClock({ autoAdvance: true });
  const waitMs = (_: unknown, failures: number) => (failures < 3 ? 1 : null);
  await expect(retry(failing(9), { clock, waitMs })).rejects.toThrow('failure 3');
  expect(clock.sleeps).toHaveLength(2);
});

test('ends a wait when its signal aborts', async () => {
  const stopping = new AbortController();
  const clock = createManualClock();
  const work = retry(failing(1), { clock, waitMs: () => 60_000, signal: stopping.signal });
  while (clock.sleeps.length === 0) await new Promise(setImmediate);
  stopping.abort();
  await expect(work).rejects.toThrow(/abort/);
});
