import type { ImageJob } from '@darkroom/contracts';
import { isImageApiError } from '@darkroom/sdk';
import { POLL_INTERVAL_MS } from './poll-interval.ts';

/** Covers the service's default provider timeout of 3 minutes. */
const READS_MAX = 20;

interface Deps {
  read(): Promise<ImageJob>;
  signal: AbortSignal;
  /** Reads at least once more: an image that was on its way when the job was canceled may still be stored. */
  wasCanceledHere?: boolean;
  /** Resolves at once when the signal aborts. */
  sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/**
 * Polls a job that was canceled during its call until the service knows whether it was charged, for about 3 minutes. Read
 * failures are ignored.
 */
export async function followCharge(
  job: ImageJob,
  { read, signal, wasCanceledHere = false, sleep = sleepWhile }: Deps,
): Promise<void> {
  let known = job;
  for (let reads = 0; reads < READS_MAX && (isUnsettled(known) || (wasCanceledHere && reads === 0)); reads++) {
    await sleep(POLL_INTERVAL_MS, signal);
    if (signal.aborted) return;
    try {
      known = await read();
    } catch (error) {
      if (!isImageApiError(error)) throw error;
    }
  }
}

function isUnsettled(job: ImageJob): boolean {
  return job.status === 'FAILED' && job.error_code === 'canceled' && job.charged === 'unknown';
}

function sleepWhile(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', wake);
      resolve();
    };
    const timer = setTimeout(wake, ms);
    signal.addEventListener('abort', wake);
  });
}
