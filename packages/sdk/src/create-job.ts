import type { CreateImageInput, ImageJob } from '@darkroom/contracts';
import type { CallProcedure } from './call-procedure.ts';
import type { Clock } from './clock.ts';
import { type ImageApiError, isImageApiError } from './errors.ts';
import { retryDelayMs } from './retry-delay.ts';

/** Most attempts of one request: covers about 7 s of a lost connection. */
const ATTEMPTS_MAX = 5;

/**
 * Bound on the sum of the delays of one request, in milliseconds. Beyond it the error is reported, since the user is
 * waiting.
 */
const DELAY_SUM_MAX_MS = 10_000;

interface CreateJobDeps {
  call: CallProcedure;
  clock: Clock;
}

/**
 * Sends one request, and retries it while its outcome is open. Every attempt has the same idempotency key, so that only
 * one job is created.
 */
export async function createJob(
  { call, clock }: CreateJobDeps,
  request: CreateImageInput,
  idempotencyKey: string,
  signal: AbortSignal | undefined,
): Promise<ImageJob> {
  let waitedMs = 0;
  for (let attempt = 1; ; attempt++) {
    try {
      return await call('create', { ...request, idempotency_key: idempotencyKey }, signal);
    } catch (error) {
      if (attempt === ATTEMPTS_MAX || !isImageApiError(error) || !mayRetry(error)) throw error;
      const delayMs = retryDelayMs(attempt, error.retryAfterMs);
      waitedMs += delayMs;
      if (waitedMs > DELAY_SUM_MAX_MS) throw error;
      await clock.sleep(delayMs, { signal });
    }
  }
}

/**
 * Whether to retry: the request or its response was lost, or the server is restarting or has no storage. Refusals are
 * not retried.
 */
function mayRetry({ code, httpStatus = 0 }: ImageApiError): boolean {
  const isLost = code === 'network' || (code === 'bad_answer' && httpStatus >= 500); // a proxy: the server is absent
  return isLost || code === 'unavailable' || code === 'draining';
}
