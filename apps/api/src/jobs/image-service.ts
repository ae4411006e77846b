import type { ImageJob, ImageService } from '@darkroom/contracts';
import type { JobStore, StoredJob } from '../store/job-store.ts';
import { cancelJob } from './cancel-job.ts';
import type { CreateJob } from './create-job.ts';
import { deleteJob } from './delete-job.ts';
import type { FileLedger } from './file-ledger.ts';
import { listJobs } from './list-jobs.ts';
import { type PresentJob, seenFrom } from './present-job.ts';
import type { SaveUpload } from './save-upload.ts';
import type { Watcher } from './watch-job.ts';

interface Deps {
  store: JobStore;
  ledger: FileLedger;
  noteDeletion?(userId: string, jobId: string): Promise<void>;
  createJob: CreateJob;
  saveUpload: SaveUpload;
  watcher: Watcher;
  presentJob: PresentJob;
}

/** The verbs as the faces call them. */
export function createImageService(deps: Deps): ImageService {
  const { store, createJob, saveUpload, watcher, presentJob } = deps;

  async function present(read: () => Promise<StoredJob>): Promise<ImageJob> {
    const seenAt = seenFrom(await store.now());
    return presentJob({ ...(await read()), seenAt });
  }

  return {
    create: (viewer, order, options) => present(() => createJob(viewer, order, options)),
    status: async (viewer, query, { signal }) => presentJob(await watcher.watch(viewer, query, signal)),
    async list(viewer, query) {
      const seenAt = seenFrom(await store.now());
      const { jobs, nextCursor } = await listJobs(store, viewer, query);
      return { jobs: await Promise.all(jobs.map((job) => presentJob({ ...job, seenAt }))), next_cursor: nextCursor };
    },
    cancel: (viewer, { job_id }) => present(() => cancelJob(store, viewer, job_id)),
    delete: async (viewer, { job_id }) => ({ job_id: await deleteJob(deps, viewer, job_id) }),
    upload: (viewer, bytes) => saveUpload(viewer, bytes),
  };
}
