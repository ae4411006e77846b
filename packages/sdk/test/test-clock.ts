import type { Clock } from '../src/index.ts';
import { ImageApiError } from '../src/index.ts';

export interface TestClock extends Clock {
  /** Milliseconds of every sleep, in order. */
  sleeps: number[];
  advance(ms: number): void;
  /** From now on a sleep ends only by its signal. */
  freeze(): void;
}

/** Time that passes only by sleeping, and then at once. */
export function createTestClock(): TestClock {
  let now = 0;
  let isFrozen = false;
  const sleeps: number[] = [];
  return {
    sleeps,
    now: () => now,
    advance(ms) {
      now += ms;
    },
    freeze() {
      isFrozen = true;
    },
    async sleep(ms, signal) {
      sleeps.push(ms);
      now += ms;
      if (!isFrozen) return;
      await new Promise((_, reject) => {
        signal?.addEventListener('abort', () => reject(new ImageApiError('aborted')));
      });
    },
  };
}
