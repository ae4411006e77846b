import { type Clock, callEvery } from './clock.ts';

const TICK_MS = 1_000;

export interface RunningStopwatch {
  /** Milliseconds that the process has run. */
  read(): number;
  stop(): void;
}

/**
 * Measures how long this process has run. Of a pause (stopped, suspended, event loop blocked) it counts at most two
 * seconds.
 */
export function createRunningTime(clock: Pick<Clock, 'monotonic' | 'sleep'>): RunningStopwatch {
  let countedMs = 0;
  let seenAt = clock.monotonic();

  function read(): number {
    const at = clock.monotonic();
    countedMs += Math.min(at - seenAt, 2 * TICK_MS);
    seenAt = at;
    return countedMs;
  }

  return { read, stop: callEvery(clock, TICK_MS, read) };
}
