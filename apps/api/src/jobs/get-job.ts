import { ImageError, type Viewer } from '@darkroom/contracts';
import type { StoredJob } from '../job/stored-job.ts';
import type { JobStore } from '../store/job-store.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * Returns the viewer's own job. Throws `job_not_found`, also for a malformed id, and `forbidden` for another user's
 * job.
 */
export async function getJob(store: Pick<JobStore, 'getJob'>, viewer: Viewer, jobId: string): Promise<StoredJob> {
  const job = UUID.test(jobId) ? await store.getJob(jobId.toLowerCase()) : null;
  if (!job) throw new ImageError('job_not_found');
  if (job.userId !== viewer.user_id) throw new ImageError('forbidden');
  return job;
}
