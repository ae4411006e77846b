import type { Clock } from '../src/clock.ts';

export interface ManualClock extends Clock {
  /** Milliseconds of every sleep so far, in the order of their begin. */
  readonly sleeps: number[];
  /** Moves the clock at once. Sleeps that are due resolve. */
  advance(ms: number): void;
  /** Moves the clock from one due sleep to the next. After each, everything runs that needs no further time. */
  advanceAsync(ms: number): Promise<void>;
}

interface Sleep {
  dueAt: number;
  wake(): void;
}

interface Options {
  /** Milliseconds since the epoch. */
  startMs?: number;
  /** Each sleep moves the clock by its own length, so that tests of long waits take no time. */
  autoAdvance?: boolean;
}

/** A clock that stands still until a test moves it. Its monotonic time differs from its time since the epoch. */
export function createManualClock({
  startMs = Date.UTC(2026, 10, 22),
  autoAdvance = false,
}: Options = {}): ManualClock {
  let elapsedMs = 0;
  const sleeping = new Set<Sleep>();
  const sleeps: number[] = [];

  /** Moves to the next sleep that is due by then, or to that time if there is none. Returns whether there was one. */
  function step(untilMs: number): boolean {
    const [next] = [...sleeping].toSorted((a, b) => a.dueAt - b.dueAt);
    const isDue = next !== undefined && next.dueAt <= untilMs;
    elapsedMs = Math.max(elapsedMs, isDue ? next.dueAt : untilMs);
    if (isDue) next.wake();
    return isDue;
  }

  return {
    sleeps,
    now: () => startMs + elapsedMs,
    monotonic: () => MONOTONIC_START_MS + elapsedMs,
    async sleep(ms, { signal } = {}) {
      signal?.throwIfAborted();
      sleeps.push(ms);
      if (autoAdvance) {
        elapsedMs += ms;
        await new Promise(setImmediate); // lets other tasks run, as a real wait does
        signal?.throwIfAborted();
        return;
      }
      await new Promise<void>((resolve, reject) => {
        const entry = { dueAt: elapsedMs + Math.max(ms, 1), wake };
        function wake() {
          sleeping.delete(entry);
          signal?.removeEventListener('abort', abort);
          resolve();
        }
        function abort() {
          sleeping.delete(entry);
          reject(signal?.reason);
        }
        signal?.addEventListener('abort', abort, { once: true });
        sleeping.add(entry);
      });
    },
    advance(ms) {
      const untilMs = elapsedMs + ms;
      elapsedMs = untilMs;
      while (step(untilMs));
    },
    async advanceAsync(ms) {
      const untilMs = elapsedMs + ms;
      await new Promise(setImmediate);
      while (step(untilMs)) await new Promise(setImmediate);
    },
  };
}

const MONOTONIC_START_MS = 1_000;
