import { ImageError } from '@darkroom/contracts';
import type { Clock } from '../clock.ts';
import { backOffMs } from '../retry/back-off.ts';
import { retry } from '../retry/retry.ts';
import type { Log } from './log.ts';

const BACK_OFF = { firstMs: 500, maxMs: 10_000 };
/** Tries for a fault that is not an outage: it is a bug, which waiting does not fix. */
const FAULT_TRIES = 3;

interface Options {
  clock: Pick<Clock, 'sleep'>;
  log: Log;
  /** Names the operation in the log. */
  task: string;
  signal: AbortSignal;
}

/**
 * Retries work on our own file store or database for as long as that is unavailable: the data was paid for and cannot
 * be fetched again. The wait doubles from 0.5 s to 10 s. Rejects when `signal` aborts: either the process ends, and the
 * next start continues from what is on disk, or the result is not needed any more. Rejects with a fault that is not an
 * outage after `FAULT_TRIES` tries.
 */
export function retryUntilAvailable<T>(work: () => Promise<T>, { clock, log, task, signal }: Options): Promise<T> {
  let faults = 0;
  function waitMs(err: unknown, failures: number): number | null {
    signal.throwIfAborted();
    if (!isOutage(err) && ++faults === FAULT_TRIES) return null;
    const ms = backOffMs(failures, BACK_OFF);
    log.error({ err, task, retry_in_ms: ms }, 'storage unavailable; retrying');
    return ms;
  }
  return retry(work, { clock, waitMs, signal });
}

function isOutage(error: unknown): boolean {
  return error instanceof ImageError && error.code === 'unavailable';
}
