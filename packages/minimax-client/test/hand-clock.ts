import type { Clock } from '../src/index.ts';

interface HandClock extends Clock {
  /** Ends every sleep, and every sleep started by those, each at its due time. */
  ring(): Promise<void>;
  /** The number of sleeps. */
  pending(): number;
  /** Simulates a process that is paused until then: sleeps that became due end late, once. */
  stepTo(atMs: number): void;
}

/** A clock whose sleeps end when the test says so. */
export function createHandClock(): HandClock {
  const sleeps = new Map<() => void, number>();
  let nowMs = 0;
  function end(resolve: () => void): void {
    sleeps.delete(resolve);
    resolve();
  }
  return {
    now: () => nowMs,
    sleep(ms, { signal } = {}) {
      return new Promise((resolve, reject) => {
        sleeps.set(resolve, nowMs + ms);
        signal?.addEventListener('abort', () => {
          sleeps.delete(resolve);
          reject(signal.reason);
        });
      });
    },
    async ring() {
      for (const [resolve, dueAt] of sleeps) {
        nowMs = Math.max(nowMs, dueAt);
        end(resolve);
        await new Promise(setImmediate);
      }
    },
    stepTo(atMs) {
      const due = [...sleeps].filter(([, dueAt]) => dueAt <= atMs);
      nowMs = atMs;
      for (const [resolve] of due) end(resolve);
    },
    pending: () => sleeps.size,
  };
}
