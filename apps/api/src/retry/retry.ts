import type { Clock } from '../clock.ts';

interface RetryOptions {
  clock: Pick<Clock, 'sleep'>;
  /**
   * Milliseconds to wait before the next try; null to give up, which rejects with the error. `failures` counts the
   * failed tries, this one included.
   */
  waitMs(error: unknown, failures: number): number | null;
  /** Ends a wait, which then rejects. A running try is not ended. */
  signal?: AbortSignal;
}

/** Repeats the work until it succeeds or is given up. */
export async function retry<T>(work: () => Promise<T>, { clock, waitMs, signal }: RetryOptions): Promise<T> {
  for (let failures = 1; ; failures++) {
    try {
      return await work();
    } catch (error) {
      const ms = waitMs(error, failures);
      if (ms === null) throw error;
      await clock.sleep(ms, { signal });
    }
  }
}
