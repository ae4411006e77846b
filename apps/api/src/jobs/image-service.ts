import type { ImageService } from '@darkroom/contracts';
import type { FileStore } from '../files/file-store.ts';
import type { JobStore } from '../store/job-store.ts';
import { cancelJob } from './cancel-job.ts';
import type { CreateJob } from './create-job.ts';
import { deleteJob } from './delete-job.ts';
import { listJobs } from './list-jobs.ts';
import type { Log } from './log.ts';
import type { PresentJob } from './present-job.ts';
import type { SaveUpload } from './save-upload.ts';
import type { Watcher } from './watch-job.ts';

interface Deps {
  store: JobStore;
  files: FileStore;
  createJob: CreateJob;
  saveUpload: SaveUpload;
  watcher: Watcher;
  presentJob: PresentJob;
  log: Log;
}

/** The verbs as the faces call them. */
export function createImageService(deps: Deps): ImageService {
  const { store, createJob, saveUpload, watcher, presentJob } = deps;
  return {
    create: async (viewer, order, options) => presentJob(await createJob(viewer, order, options)),
    status: async (viewer, query, { signal }) => presentJob(await watcher.watch(viewer, query, signal)),
    async list(viewer, query) {
      const { jobs, nextCursor } = await listJobs(store, viewer, query);
      return { jobs: await Promise.all(jobs.map(presentJob)), next_cursor: nextCursor };
    },
    cancel: async (viewer, { job_id }) => presentJob(await cancelJob(store, viewer, job_id)),
    delete: async (viewer, { job_id }) => ({ job_id: await deleteJob(deps, viewer, job_id) }),
    upload: (viewer, bytes) => saveUpload(viewer, bytes),
  };
}
