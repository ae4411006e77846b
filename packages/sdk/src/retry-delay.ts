const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 10_000;

/**
 * Back-off in milliseconds after `failures` consecutive failures: exponential from 500 ms to 10 s, and never less than
 * `retryAfterMs`. Half of it is random jitter, so that clients that were disconnected together do not reconnect
 * together.
 */
export function retryDelayMs(failures: number, retryAfterMs = 0): number {
  const half = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (failures - 1)) / 2;
  return Math.max(retryAfterMs, half) + Math.random() * half;
}
