import { ImageError, type Viewer } from '@darkroom/contracts';
import type { JobStore } from '../store/job-store.ts';
import { cancelJob } from './cancel-job.ts';
import type { FileTracker } from './file-tracker.ts';

interface Deps {
  store: Pick<JobStore, 'getJob' | 'changeJob' | 'deleteJob' | 'wasDeleted'>;
  fileTracker: Pick<FileTracker, 'finishDeletion'>;
  /** Records the deletion outside the database, in deployments that do so. */
  recordDeletion?(userId: string, jobId: string): Promise<void>;
}

/**
 * Deletes a job with its files; a job that has not ended is canceled first. One transaction removes the rows and
 * records the files for deletion. From then on the files are inaccessible, and they are deleted even if this process
 * ends. Returns the job id. Throws `job_not_found` and `forbidden`.
 */
export async function deleteJob(deps: Deps, viewer: Viewer, jobId: string): Promise<string> {
  const { store, fileTracker, recordDeletion } = deps;
  const deletedId = await deleteRows(store, viewer, jobId);
  await recordDeletion?.(viewer.user_id, deletedId);
  await fileTracker.finishDeletion(deletedId);
  return deletedId;
}

async function deleteRows(store: Deps['store'], viewer: Viewer, jobId: string): Promise<string> {
  try {
    const job = await cancelJob(store, viewer, jobId);
    await store.deleteJob(job.jobId);
    return job.jobId;
  } catch (error) {
    // Deletion is idempotent: a client that lost the first response gets the same one again.
    const isGone = error instanceof ImageError && error.code === 'job_not_found';
    if (isGone && (await store.wasDeleted(viewer.user_id, jobId.toLowerCase()))) return jobId.toLowerCase();
    throw error;
  }
}
