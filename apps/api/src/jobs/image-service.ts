import type { ImageJob, ImageModels, ImageService } from '@darkroom/contracts';
import type { UrlSigner } from '../files/file-store.ts';
import type { StoredJob } from '../job/stored-job.ts';
import type { JobStore } from '../store/job-store.ts';
import { cancelJob } from './cancel-job.ts';
import type { CreateJob } from './create-job.ts';
import { deleteJob } from './delete-job.ts';
import { createEndedAnswers, type EndedAnswers } from './ended-answers.ts';
import type { FileTracker } from './file-tracker.ts';
import { listJobs } from './list-jobs.ts';
import { type JobSnapshot, type PresentJob, snapshotTime } from './present-job.ts';
import type { ReferenceUrls } from './reference-urls.ts';
import type { RememberedJobs } from './remember-jobs.ts';
import type { SaveUpload } from './save-upload.ts';
import type { JobWatcher } from './watch-job.ts';

interface Deps {
  store: JobStore;
  fileTracker: FileTracker;
  recordDeletion?(userId: string, jobId: string): Promise<void>;
  createJob: CreateJob;
  saveUpload: SaveUpload;
  watcher: JobWatcher;
  presentJob: PresentJob;
  /** Keeps the answers of ended jobs. Null where another process may change a job. */
  jobs: RememberedJobs | null;
  signer: Pick<UrlSigner, 'nextLinkAt'>;
  referenceUrls: ReferenceUrls;
  /** What this deployment offers. */
  models: ImageModels;
}

interface Service {
  images: ImageService;
  recall: EndedAnswers['recall'];
}

/** The operations that the API surfaces call. */
export function createImageService(deps: Deps): Service {
  const { store, createJob, saveUpload, watcher, presentJob, referenceUrls, jobs, signer } = deps;

  async function presentOne(job: JobSnapshot): Promise<ImageJob> {
    const [urls = []] = await referenceUrls([job.request]);
    return presentJob(job, urls);
  }

  async function present(read: () => Promise<StoredJob>): Promise<ImageJob> {
    const asOf = snapshotTime(await store.now());
    return presentOne({ ...(await read()), asOf });
  }

  const answers: EndedAnswers = jobs
    ? createEndedAnswers({ jobs, present: presentOne, signer })
    : { present: presentOne, recall: () => null };

  const images: ImageService = {
    create: (viewer, request, options) => present(() => createJob(viewer, request, options)),
    status: async (viewer, query, { signal }) => answers.present(await watcher.watch(viewer, query, signal)),
    async list(viewer, query) {
      const asOf = snapshotTime(await store.now());
      const { jobs, nextCursor } = await listJobs(store, viewer, query);
      const urls = await referenceUrls(jobs.map(({ request }) => request));
      const waiting = jobs.filter(({ state }) => state.status === 'PENDING');
      const ahead = waiting.length > 0 ? await store.countAheadOfEach(waiting) : undefined;
      const shown = jobs.map((job, at) => presentJob({ ...job, asOf }, urls[at] ?? [], ahead?.get(job.jobId)));
      return { jobs: await Promise.all(shown), next_cursor: nextCursor };
    },
    cancel: (viewer, { job_id }) => present(() => cancelJob(store, viewer, job_id)),
    delete: async (viewer, { job_id }) => ({ job_id: await deleteJob(deps, viewer, job_id) }),
    models: async () => deps.models,
    upload: (viewer, bytes) => saveUpload(viewer, bytes),
  };
  return { images, recall: answers.recall };
}
