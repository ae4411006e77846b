const TICK_MS = 1_000;

export interface RunningStopwatch {
  /** Milliseconds that the process has run. */
  read(): number;
  stop(): void;
}

/**
 * Measures how long this process has run. Of a pause (stopped, suspended, event loop blocked) it counts at most two
 * seconds. `now` returns milliseconds on a monotonic clock.
 */
export function createRunningTime(now: () => number): RunningStopwatch {
  let countedMs = 0;
  let seenAt = now();

  function read(): number {
    const at = now();
    countedMs += Math.min(at - seenAt, 2 * TICK_MS);
    seenAt = at;
    return countedMs;
  }

  const timer = setInterval(read, TICK_MS).unref();
  return { read, stop: () => clearInterval(timer) };
}
