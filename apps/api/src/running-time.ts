const TICK_MS = 1_000;

export interface RunningStopwatch {
  /** Milliseconds. */
  read(): number;
  stop(): void;
}

/**
 * Measures how long this process ran: of a standstill (stopped, suspended, busy with itself) it counts two seconds at most.
 * `now` are milliseconds that pass evenly.
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
