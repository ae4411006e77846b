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
import { familyOf } from '../job/model-family.ts';
import type { StoredJob } from '../job/stored-job.ts';
import type { FamilyQueues } from '../queue/queue.ts';
import { DRAINING_RETRY_AFTER_MS } from '../retry/retry-after.ts';
import type { AdmissionLimits, CreateOutcome, JobStore, NewJob } from '../store/job-store.ts';
import type { NewUpload, UploadStore } from '../store/upload-store.ts';
import { admitReferences, uploadNotFound } from './admit-references.ts';
import type { FileTracker } from './file-tracker.ts';
import { type ParsedReference, parseReferences } from './parse-references.ts';
import { refusalError } from './prepare-upload.ts';
import { storeUploads } from './store-uploads.ts';
import type { UserMutex } from './user-mutex.ts';

interface Deps {
  store: JobStore;
  uploads: UploadStore;
  files: FileStore;
  fileTracker: FileTracker;
  imageProcessor: ImageProcessor;
  queues: Pick<FamilyQueues, 'wake'>;
  estimates: Pick<Estimates, 'measuredWaiting'>;
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
  const { store, uploads, files, fileTracker, imageProcessor, queues, estimates, runExclusive, clock } = deps;

  async function createJob(
    viewer: Viewer,
    request: CreateImage,
    references: ParsedReference[],
    { idempotency_key: key }: CreateOptions,
  ): Promise<StoredJob> {
    const idempotency = key === undefined ? undefined : { key, fingerprint: fingerprint(request) };
    const replay = idempotency && (await store.findReplay(viewer.user_id, idempotency));
    if (replay) return jobOf(replay, references);
    // After the replay: a job that was accepted keeps its answer when its model is not offered any more.
    if (!deps.models.includes(request.model)) throw invalidField(['model'], notOffered(deps.models));
    if (deps.isDraining()) throw new ImageError('draining', { retryAfterMs: DRAINING_RETRY_AFTER_MS });
    const { ratePerMinute } = deps.limits;
    const admission = { uploads, imageProcessor, ratePerMinute, now: clock.now() };
    const { prepared, ...admitted } = await admitReferences(admission, viewer, request, references);
    const limits = { ...deps.limits, estimateWaitMs: await estimates.measuredWaiting(request) };

    const job: NewJob = {
      jobId: randomUUID(),
      userId: viewer.user_id,
      starId: viewer.star_id,
      ...admitted,
      ...(idempotency && { idempotency }),
    };
    const create = (newUploads: NewUpload[]) => store.createJob({ ...job, uploads: newUploads }, limits);
    const outcome =
      prepared.length > 0 ? await storeUploads({ files, fileTracker }, prepared, create) : await create([]);
    if (outcome.kind !== 'created') await fileTracker.deleteNow(prepared.map(({ upload }) => upload.key));
    else queues.wake(familyOf(request.model));
    return jobOf(outcome, references);
  }

  return async (viewer, request, options) => {
    const references = parseReferences(request);
    const create = () => createJob(viewer, request, references, options);
    return references.some(({ kind }) => kind === 'data') ? runExclusive(viewer.user_id, create) : create();
  };
}

function jobOf(outcome: CreateOutcome, references: ParsedReference[]): StoredJob {
  switch (outcome.kind) {
    case 'created':
    case 'replayed':
      return outcome.job;
    case 'refused':
      throw refusalError(outcome.refusal, references.find(({ kind }) => kind === 'data')?.path ?? []);
    case 'mismatch':
      throw new ImageError('idempotency_mismatch');
    case 'upload_gone':
      throw uploadNotFound(
        references.find((each) => each.kind === 'upload' && each.uploadId === outcome.uploadId)?.path,
      );
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
