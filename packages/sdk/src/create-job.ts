import type { CreateImageInput, ImageJob } from '@darkroom/contracts';
import type { CallProcedure } from './call-procedure.ts';
import type { Clock } from './clock.ts';
import { type ImageApiError, isImageApiError } from './errors.ts';
import { retryDelayMs } from './retry-delay.ts';

/** How often one order is sent before its caller hears of it: about 7 s of a lost connection. */
const ATTEMPTS_MAX = 5;

/** Waits of one order together, in milliseconds. Beyond it is reported, not waited for: a person is looking at a button. */
const PATIENCE_MS = 10_000;

interface CreateJobDeps {
  call: CallProcedure;
  clock: Clock;
}

/** Sends one order until it is decided, always under the one key: however often it arrives, it is one job. */
export async function createJob(
  { call, clock }: CreateJobDeps,
  order: CreateImageInput,
  idempotencyKey: string,
  signal: AbortSignal | undefined,
): Promise<ImageJob> {
  let waitedMs = 0;
  for (let attempt = 1; ; attempt++) {
    try {
      return await call('create', { ...order, idempotency_key: idempotencyKey }, signal);
    } catch (error) {
      if (attempt === ATTEMPTS_MAX || !isImageApiError(error) || !mayBeRepeated(error)) throw error;
      const delayMs = retryDelayMs(attempt, error.retryAfterMs);
      waitedMs += delayMs;
      if (waitedMs > PATIENCE_MS) throw error;
      await clock.sleep(delayMs, signal);
    }
  }
}

/** An order that was lost on its way, or met a service that restarts or lacks its storage. A refusal is told at once. */
function mayBeRepeated({ code, httpStatus = 0 }: ImageApiError): boolean {
  const isLost = code === 'network' || (code === 'bad_answer' && httpStatus >= 500); // a proxy speaking for an absent server
  return isLost || code === 'unavailable' || code === 'draining';
}
