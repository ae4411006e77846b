import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from './log.ts';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;

/**
 * Repeats work on our own disk or database until it succeeds: what it saves was paid for and cannot be had again. Rejects
 * only when the signal says that the process ends, and what is on disk decides at the next start, or that nobody wants the
 * outcome any more.
 */
export async function untilItWorks<T>(
  work: () => Promise<T>,
  { log, task, signal }: { log: Log; task: string; signal: AbortSignal },
): Promise<T> {
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
    try {
      return await work();
    } catch (err) {
      signal.throwIfAborted();
      log.error({ err, task, retry_in_ms: waitMs }, 'storage does not take it; trying again');
      await sleep(waitMs, undefined, { signal });
    }
  }
}
