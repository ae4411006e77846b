import type { StoredJob } from '../job/stored-job.ts';
import type { JobStore } from '../store/job-store.ts';

/** Far more than the jobs that are followed at the same time. One takes a few kilobytes. */
const JOBS_MAX = 5_000;

/** Reads jobs from memory until they change. */
export interface RememberedJobs {
  getJob: JobStore['getJob'];
  /** The job if it is in memory: what `getJob` would return now. */
  peek(jobId: string): StoredJob | undefined;
}

/**
 * Keeps each job that was read until a change of it is announced. Only for a database that no other process writes to:
 * the announcement of its change would come after the commit.
 */
export function rememberJobs(store: Pick<JobStore, 'getJob' | 'onChange'>): RememberedJobs {
  const remembered = new Map<string, { job: StoredJob; forget(): void }>();

  async function readAndRemember(jobId: string): Promise<StoredJob | null> {
    // Listening starts before the read, so that no change is missed between them.
    let isCurrent = true;
    const stopListening = store.onChange(jobId, forget);
    function forget(): void {
      isCurrent = false;
      stopListening();
      if (remembered.get(jobId)?.forget === forget) remembered.delete(jobId);
    }
    try {
      const job = await store.getJob(jobId);
      if (!job || !isCurrent || remembered.has(jobId)) forget();
      else remember(job, forget);
      return job;
    } catch (error) {
      forget();
      throw error;
    }
  }

  function remember(job: StoredJob, forget: () => void): void {
    const [oldest] = remembered.values();
    if (oldest && remembered.size >= JOBS_MAX) oldest.forget();
    remembered.set(job.jobId, { job, forget });
  }

  return {
    getJob: async (jobId) => remembered.get(jobId)?.job ?? readAndRemember(jobId),
    peek: (jobId) => remembered.get(jobId)?.job,
  };
}
