import { ImageError, type Viewer } from '@darkroom/contracts';
import type { JobStore } from '../store/job-store.ts';
import { cancelJob } from './cancel-job.ts';
import type { FileTracker } from './file-tracker.ts';

interface Deps {
  store: Pick<JobStore, 'getJob' | 'changeJob' | 'deleteJob' | 'wasDeleted'>;
  fileTracker: Pick<FileTracker, 'finishDeletion'>;
  /** Has it noted outside of the database, where that is done. */
  noteDeletion?(userId: string, jobId: string): Promise<void>;
}

/**
 * Removes a job with its files; one that still runs is given up first. The rows go in one transaction that remembers the
 * files, so that from there on nothing shows them, and they go whatever happens to this process.
 */
export async function deleteJob(deps: Deps, viewer: Viewer, jobId: string): Promise<string> {
  const { store, fileTracker, noteDeletion } = deps;
  const deletedId = await deleteRows(store, viewer, jobId);
  await noteDeletion?.(viewer.user_id, deletedId);
  await fileTracker.finishDeletion(deletedId);
  return deletedId;
}

async function deleteRows(store: Deps['store'], viewer: Viewer, jobId: string): Promise<string> {
  try {
    const job = await cancelJob(store, viewer, jobId);
    await store.deleteJob(job.jobId);
    return job.jobId;
  } catch (error) {
    // Whoever lost the first answer asks again, and is told the same.
    const isGone = error instanceof ImageError && error.code === 'job_not_found';
    if (isGone && (await store.wasDeleted(viewer.user_id, jobId.toLowerCase()))) return jobId.toLowerCase();
    throw error;
  }
}
