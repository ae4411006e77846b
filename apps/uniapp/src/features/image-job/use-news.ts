import type { CompletedJob, FailedJob } from '@darkroom/contracts';
import { isImageApiError } from '@darkroom/sdk';
import { shallowRef } from 'vue';
import { api } from '../../api.ts';
import { hasEnded } from './job-status.ts';
import { unseenJobs } from './unseen-jobs.ts';

const EVERY_MS = 10_000;

/** Which of the jobs that were ordered on this device have ended unseen, newest first; asked for as long as it is followed. */
export function useNews() {
  const ended = shallowRef<(CompletedJob | FailedJob)[]>([]);
  let timer: ReturnType<typeof setInterval> | undefined;

  /** One question for all of them, and none where there is nothing to learn. What cannot be read is no news. */
  async function read(): Promise<void> {
    const known = new Set(ended.value.map(({ job_id }) => job_id));
    if (unseenJobs.read().every((jobId) => known.has(jobId))) return forgetSeen();
    try {
      const { jobs } = await api.list();
      ended.value = jobs.filter(hasEnded);
      forgetSeen();
    } catch (error) {
      if (!isImageApiError(error)) throw error;
    }
  }

  function forgetSeen(): void {
    const unseen = unseenJobs.read();
    ended.value = ended.value.filter(({ job_id }) => unseen.includes(job_id));
  }

  async function follow(): Promise<void> {
    timer ??= setInterval(read, EVERY_MS);
    await read();
  }

  function pause(): void {
    clearInterval(timer);
    timer = undefined;
  }

  return { ended, follow, pause };
}
