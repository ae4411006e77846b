import type { Viewer } from '@darkroom/contracts';
import type { FileStore } from '../files/file-store.ts';
import type { JobStore } from '../store/job-store.ts';
import { cancelJob } from './cancel-job.ts';
import type { Log } from './log.ts';

interface Deps {
  store: Pick<JobStore, 'getJob' | 'changeJob' | 'deleteJob'>;
  files: Pick<FileStore, 'delete'>;
  log: Log;
}

/** Removes a job with its files; one that still runs is given up first. */
export async function deleteJob(deps: Deps, viewer: Viewer, jobId: string): Promise<string> {
  const job = await cancelJob(deps.store, viewer, jobId);
  const keys = await deps.store.deleteJob(job.jobId);
  try {
    await deps.files.delete(keys);
  } catch (err) {
    // No row names them any more: the sweep of unknown files ends the work.
    deps.log.warn({ err, job_id: job.jobId }, 'files of a deleted job are left to the sweep');
  }
  return job.jobId;
}
