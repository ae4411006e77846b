import { setTimeout as sleep } from 'node:timers/promises';
import { ImageError } from '@darkroom/contracts';
import type { Log } from './log.ts';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;
/** A fault that no outage explains is a bug, which waiting does not mend. */
const FAULT_TRIES = 3;

/**
 * Repeats work on our own disk or database for as long as that is away: what it saves was paid for and cannot be had again.
 * Rejects when the signal says that the process ends, and what is on disk decides at the next start, or that nobody wants
 * the outcome any more; and, after a few tries, with a fault that is not an outage.
 */
export async function retryUntilAvailable<T>(
  work: () => Promise<T>,
  { log, task, signal }: { log: Log; task: string; signal: AbortSignal },
): Promise<T> {
  let faults = 0;
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
    try {
      return await work();
    } catch (err) {
      signal.throwIfAborted();
      if (!isOutage(err) && ++faults === FAULT_TRIES) throw err;
      log.error({ err, task, retry_in_ms: waitMs }, 'storage does not take it; trying again');
      await sleep(waitMs, undefined, { signal });
    }
  }
}

function isOutage(error: unknown): boolean {
  return error instanceof ImageError && error.code === 'unavailable';
}
