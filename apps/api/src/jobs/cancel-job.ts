import { ImageError, type Viewer } from '@darkroom/contracts';
import { cancel } from '../job/job-state.ts';
import type { StoredJob } from '../job/stored-job.ts';
import type { JobStore } from '../store/job-store.ts';
import { getJob } from './get-job.ts';

/**
 * Cancels a job. A provider call in flight cannot be recalled and runs to its end: its outcome later settles whether
 * the job was charged. A job that has ended is returned unchanged. Throws `job_not_found` and `forbidden`.
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
