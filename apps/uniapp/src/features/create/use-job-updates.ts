import type { CompletedJob, FailedJob, ImageJob } from '@darkroom/contracts';
import { isImageApiError } from '@darkroom/sdk';
import { shallowRef } from 'vue';
import { api } from '../../api.ts';
import { deviceJobs } from '../job/device-jobs.ts';
import { hasEnded, isGone } from '../job/job-status.ts';
import { POLL_INTERVAL_MS } from '../job/poll-interval.ts';

/** State of the jobs created on this device, newest first; polled while followed. */
export function useJobUpdates() {
  const ended = shallowRef<(CompletedJob | FailedJob)[]>([]);
  /** Ids. A job counts as running until it is known to have ended or to be gone. */
  const running = shallowRef<string[]>([]);
  const ends = new Map<string, CompletedJob | FailedJob>();
  let timer: ReturnType<typeof setInterval> | undefined;

  function tell(): void {
    const ids = deviceJobs.read().map(({ job_id }) => job_id);
    ended.value = ids.map((jobId) => ends.get(jobId)).filter((job) => job !== undefined);
    running.value = ids.filter((jobId) => !ends.has(jobId));
  }

  /** Usually one request for all jobs, and none without running jobs. Read failures change nothing. */
  async function read(): Promise<void> {
    tell();
    if (running.value.length === 0) return;
    try {
      const { jobs } = await api.list();
      const listed = new Map(jobs.map((job) => [job.job_id, job]));
      const found = await Promise.all(running.value.map((jobId) => listed.get(jobId) ?? find(jobId)));
      for (const job of found) if (job && hasEnded(job)) ends.set(job.job_id, job);
    } catch (error) {
      if (!isImageApiError(error)) throw error;
    }
    tell();
  }

  /** Reads a job that is not on the first page of the list. */
  async function find(jobId: string): Promise<ImageJob | null> {
    try {
      return await api.status(jobId);
    } catch (error) {
      if (!isImageApiError(error)) throw error;
      if (isGone(error)) deviceJobs.forget(jobId);
      return null;
    }
  }

  async function follow(): Promise<void> {
    timer ??= setInterval(read, POLL_INTERVAL_MS);
    await read();
  }

  function pause(): void {
    clearInterval(timer);
    timer = undefined;
  }

  return { ended, running, follow, pause };
}
