import { ImageError, type Viewer } from '@darkroom/contracts';
import { cancel } from '../job/job-state.ts';
import type { StoredJob } from '../job/stored-job.ts';
import type { JobStore } from '../store/job-store.ts';
import { getJob } from './get-job.ts';

/**
 * Gives a job up. A call that is out is left to end, since it cannot be taken back: its outcome later tells whether it was
 * charged. A job that has ended stays as it is.
 */
export async function cancelJob(
  store: Pick<JobStore, 'getJob' | 'changeJob'>,
  viewer: Viewer,
  jobId: string,
): Promise<StoredJob> {
  const own = await getJob(store, viewer, jobId);
  const job = await store.changeJob(own.jobId, cancel);
  if (!job) throw new ImageError('job_not_found');
  return job;
}
