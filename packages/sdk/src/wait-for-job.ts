import type { CompletedJob, FailedJob, ImageJob } from '@darkroom/contracts';
import { WAIT_SECONDS_MAX } from '@darkroom/contracts/limits';
import type { Clock } from './clock.ts';
import { isImageApiError } from './errors.ts';
import type { StatusOptions, WaitOptions } from './image-client.ts';
import { retryDelayMs } from './retry-delay.ts';

/** Minimum time between two polls without a change, whatever `poll_after_ms` says. */
const PAUSE_MIN_MS = 500;

interface WaitForJobDeps {
  status(jobId: string, options: StatusOptions): Promise<ImageJob>;
  clock: Clock;
}

/**
 * Long-polls a job until it ends. Retryable errors (a lost connection, a temporary refusal) are retried with back-off
 * until the caller's signal aborts. Any other error rejects.
 */
export async function waitForJob(
  { status, clock }: WaitForJobDeps,
  from: string | ImageJob,
  { signal, onUpdate, pollSeconds = WAIT_SECONDS_MAX }: WaitOptions,
): Promise<CompletedJob | FailedJob> {
  const jobId = typeof from === 'string' ? from : from.job_id;
  let job = typeof from === 'string' ? undefined : from;
  let failures = 0;
  while (!job || !hasEnded(job)) {
    const startedAt = clock.now();
    try {
      const last: ImageJob | undefined = job;
      job = await status(jobId, { signal, ...(last && { waitSeconds: pollSeconds, afterVersion: last.version }) });
      failures = 0;
      onUpdate?.(job);
      if (last?.version === job.version && !hasEnded(job)) {
        // After a full long poll this time has passed already. If the server answered immediately (too many polls, or
        // it is draining), wait: the loop must not spin.
        const pauseMs = Math.max(job.poll_after_ms, PAUSE_MIN_MS) - (clock.now() - startedAt);
        if (pauseMs > 0) await clock.sleep(pauseMs, { signal });
      }
    } catch (error) {
      if (!isImageApiError(error) || !error.retryable) throw error;
      failures++;
      await clock.sleep(retryDelayMs(failures, error.retryAfterMs), { signal });
    }
  }
  return job;
}

function hasEnded(job: ImageJob): job is CompletedJob | FailedJob {
  return job.status === 'COMPLETED' || job.status === 'FAILED';
}
