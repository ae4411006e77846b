import type { Clock } from '../src/index.ts';
import { ImageApiError } from '../src/index.ts';

export interface TestClock extends Clock {
  /** The duration of every sleep in milliseconds, in order. */
  sleeps: number[];
  advance(ms: number): void;
  /** From now on a sleep ends only when its signal aborts. */
  freeze(): void;
}

/** A clock that advances only by sleeps, each of which ends at once. */
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
    async sleep(ms, { signal } = {}) {
      sleeps.push(ms);
      now += ms;
      if (!isFrozen) return;
      await new Promise((_, reject) => {
        signal?.addEventListener('abort', () => reject(new ImageApiError('aborted')));
      });
    },
  };
}
