import { createHash, randomUUID } from 'node:crypto';
import {
  type CreateImage,
  type CreateOptions,
  ImageError,
  invalidField,
  type Model,
  type Viewer,
} from '@darkroom/contracts';
import type { Clock } from '../clock.ts';
import type { FileStore } from '../files/file-store.ts';
import type { ImageProcessor } from '../images/image-processor.ts';
import type { Estimates } from '../job/estimate.ts';
import type { StoredJob } from '../job/stored-job.ts';
import type { Queue } from '../queue/queue.ts';
import { DRAINING_RETRY_AFTER_MS } from '../retry/retry-after.ts';
import type { AdmissionLimits, CreateOutcome, JobStore, NewJob } from '../store/job-store.ts';
import type { UploadStore } from '../store/upload-store.ts';
import type { FileTracker } from './file-tracker.ts';
import {
  IMAGE_FILE_PATH,
  type ParsedReference,
  parseReference,
  refusalError,
  replaceDataUrl,
  requireUpload,
} from './reference.ts';
import { storeUpload } from './store-upload.ts';
import type { UserMutex } from './user-mutex.ts';

interface Deps {
  store: JobStore;
  uploads: UploadStore;
  files: FileStore;
  fileTracker: FileTracker;
  imageProcessor: ImageProcessor;
  queue: Pick<Queue, 'wake'>;
  estimates: Estimates;
  limits: Omit<AdmissionLimits, 'estimateWaitMs'>;
  /** The models that are offered. */
  models: readonly Model[];
  /**
   * Mutex per user, shared by everything that decodes references: at most one reference of a user is decoded at once.
   */
  runExclusive: UserMutex;
  clock: Pick<Clock, 'now'>;
  isDraining(): boolean;
}

export type CreateJob = (viewer: Viewer, request: CreateImage, options: CreateOptions) => Promise<StoredJob>;

/**
 * Creates a job from a request. The job is durable when the promise resolves. The checks run in the order of
 * interface.md, section 5.
 */
export function createCreateJob(deps: Deps): CreateJob {
  const { store, uploads, files, fileTracker, imageProcessor, queue, estimates, runExclusive, clock } = deps;

  async function createJob(
    viewer: Viewer,
    request: CreateImage,
    reference: ParsedReference | null,
    { idempotency_key: key }: CreateOptions,
  ): Promise<StoredJob> {
    const idempotency = key === undefined ? undefined : { key, fingerprint: fingerprint(request) };
    const replay = idempotency && (await store.findReplay(viewer.user_id, idempotency));
    if (replay) return jobOf(replay);
    // After the replay: a job that was accepted keeps its answer when its model is not offered any more.
    if (!deps.models.includes(request.model)) throw invalidField(['model'], notOffered(deps.models));
    if (deps.isDraining()) throw new ImageError('draining', { retryAfterMs: DRAINING_RETRY_AFTER_MS });
    const { ratePerMinute } = deps.limits;
    const stored = await replaceDataUrl({ uploads, imageProcessor, ratePerMinute }, viewer, request, reference);
    const { prepared } = stored;
    if (reference?.kind === 'upload') await requireUpload(uploads, viewer, reference.uploadId, clock.now());
    const limits = { ...deps.limits, estimateWaitMs: await estimates.waiting(stored.request) };

    const job: NewJob = {
      jobId: randomUUID(),
      userId: viewer.user_id,
      starId: viewer.star_id,
      request: stored.request,
      ...(reference?.kind === 'upload' && { uploadId: reference.uploadId }),
      ...(prepared && { attemptId: prepared.attemptId }),
      ...(idempotency && { idempotency }),
    };
    const outcome = prepared
      ? await storeUpload({ files, fileTracker }, prepared, (upload) => store.createJob({ ...job, upload }, limits))
      : await store.createJob(job, limits);
    if (prepared && outcome.kind !== 'created') await fileTracker.deleteNow([prepared.upload.key]);
    if (outcome.kind === 'created') queue.wake();
    return jobOf(outcome);
  }

  return async (viewer, request, options) => {
    const reference = parseReference(request);
    const create = () => createJob(viewer, request, reference, options);
    return reference?.kind === 'data' ? runExclusive(viewer.user_id, create) : create();
  };
}

function jobOf(outcome: CreateOutcome): StoredJob {
  switch (outcome.kind) {
    case 'created':
    case 'replayed':
      return outcome.job;
    case 'refused':
      throw refusalError(outcome.refusal, IMAGE_FILE_PATH);
    case 'mismatch':
      throw new ImageError('idempotency_mismatch');
    case 'upload_gone':
      throw new ImageError('upload_not_found');
    case 'gone':
      throw new ImageError('job_not_found');
  }
}

function notOffered(models: readonly Model[]): string {
  return `此服务未开放该模型，只能是 ${models.join('、')}`;
}

/** A digest of the parsed request, independent of the key order in its JSON: zod returns keys in the schema's order. */
function fingerprint(request: CreateImage): string {
  return createHash('sha256').update(JSON.stringify(request)).digest('base64url');
}
