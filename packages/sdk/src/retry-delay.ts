const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 10_000;

/**
 * Milliseconds to wait after so many failures in a row: doubling up to 10 s, and never less than the server asked for. Half
 * of it is chance, so that clients cut off together do not come back together.
 */
export function retryDelayMs(failures: number, retryAfterMs = 0): number {
  const half = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (failures - 1)) / 2;
  return Math.max(retryAfterMs, half) + Math.random() * half;
}
