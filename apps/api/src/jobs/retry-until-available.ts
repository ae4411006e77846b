import { ImageError } from '@darkroom/contracts';
import type { Clock } from '../clock.ts';
import { backOffMs } from '../retry/back-off.ts';
import type { Log } from './log.ts';

const BACK_OFF = { firstMs: 500, maxMs: 10_000 };
/** Tries for a fault that is not an outage: it is a bug, which waiting does not fix. */
const FAULT_TRIES = 3;

/**
 * Retries work on our own file store or database for as long as that is unavailable: the data was paid for and cannot
 * be fetched again. The wait doubles from 0.5 s to 10 s. Rejects when `signal` aborts: either the process ends, and the
 * next start continues from what is on disk, or the result is not needed any more. Rejects with a fault that is not an
 * outage after `FAULT_TRIES` tries.
 */
export async function retryUntilAvailable<T>(
  work: () => Promise<T>,
  { clock, log, task, signal }: { clock: Pick<Clock, 'sleep'>; log: Log; task: string; signal: AbortSignal },
): Promise<T> {
  let faults = 0;
  for (let failures = 0; ; failures++) {
    try {
      return await work();
    } catch (err) {
      signal.throwIfAborted();
      if (!isOutage(err) && ++faults === FAULT_TRIES) throw err;
      const waitMs = backOffMs(failures, BACK_OFF);
      log.error({ err, task, retry_in_ms: waitMs }, 'storage does not take it; trying again');
      await clock.sleep(waitMs, { signal });
    }
  }
}

function isOutage(error: unknown): boolean {
  return error instanceof ImageError && error.code === 'unavailable';
}
