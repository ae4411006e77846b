import type { Clock } from './clock.ts';
import { createStartDeadline } from './deadline.ts';

/** Limits the time that a call waits for its peer. */
export interface TimeLimit {
  /** Waits for the peer: at most `limitMs` milliseconds, and at most what is left of the whole. */
  wait<T>(operation: () => Promise<T>, limitMs?: number): Promise<T>;
}

/**
 * Creates a limit of `totalMs` milliseconds for all waits together, and calls `onPassed` when it or the limit of one
 * wait has passed. Time between the waits does not count: it is the caller's, not the peer's. A wait counts at most its
 * limit, also if the process was stalled meanwhile.
 */
export function createTimeLimit(clock: Clock, totalMs: number, onPassed: () => void): TimeLimit {
  const startDeadline = createStartDeadline(clock);
  let leftMs = totalMs;
  return {
    async wait(operation, limitMs = totalMs) {
      const allowedMs = Math.min(limitMs, leftMs);
      const begunAt = clock.now();
      const callOff = startDeadline(allowedMs, onPassed);
      try {
        return await operation();
      } finally {
        callOff();
        leftMs -= Math.min(Math.max(clock.now() - begunAt, 0), allowedMs);
      }
    },
  };
}
