import { randomUUID } from 'node:crypto';
import { referencesOf } from '@darkroom/contracts';
import type { Attempt } from '../../src/job/attempt.ts';
import { cancel, startCall, startSaving } from '../../src/job/job-state.ts';
import type { Family } from '../../src/job/model-family.ts';
import type { ImageSource, PlacedSource } from '../../src/job/stored-image.ts';
import type { StoredJob } from '../../src/job/stored-job.ts';
import type { DeletionStore } from '../../src/store/deletion-store.ts';
import type { AdmissionLimits, JobStore, NewJob, StartOptions } from '../../src/store/job-store.ts';
import type { RetentionStore } from '../../src/store/retention-store.ts';
import type { Database } from '../../src/store/shared/database.ts';
import type { AttemptRow } from '../../src/store/shared/schema.ts';
import type { NewUpload, UploadStore } from '../../src/store/upload-store.ts';
import type { WorkerStore } from '../../src/store/worker-store.ts';
import type { ManualClock } from '../manual-clock.ts';

/** The stores of one database, on a clock that the test moves. */
export interface Stores {
  jobs: JobStore;
  uploads: UploadStore;
  retention: RetentionStore;
  workers: WorkerStore;
  deletions: DeletionStore;
  clock: ManualClock;
  /** The recorded attempts, oldest first. The API does not expose them; operators read them from the database. */
  readAttempts(): Promise<Pick<AttemptRow, 'attempt_id' | 'failure_kind' | 'failure_message'>[]>;
  /** Opens the same database as the next process would. These stores must not be used afterwards. */
  reopen(): Promise<Stores>;
}

/** `Stores.readAttempts` for any database. */
export function readAttempts({ db }: Database): ReturnType<Stores['readAttempts']> {
  return db
    .selectFrom('attempts')
    .select(['attempt_id', 'failure_kind', 'failure_message'])
    .orderBy('started_at')
    .execute();
}

/** Opens an empty database. */
export type OpenStores = () => Promise<Stores>;

export const NO_LIMITS: AdmissionLimits = {
  ratePerMinute: 0,
  userUploadBytes: 0,
  userDailyImages: 0,
  dailyImages: 0,
  userDailyUnits: 0,
  dailyUnits: 0,
  userActive: 1_000_000,
  queue: 1_000_000,
  queueTtlMs: 1_800_000,
  estimateWaitMs: () => null,
};

/** A new job that names the uploads of its request, if any. */
export function newJob(fields: Partial<NewJob> = {}): NewJob {
  const references = fields.request ? referencesOf(fields.request) : [];
  const uploadIds = [...new Set(references.flatMap(({ image_file }) => image_file.split('upload://').slice(1)))];
  return {
    jobId: randomUUID(),
    userId: '1',
    starId: null,
    request: { model: 'image-01', prompt: 'a lighthouse at dawn', n: 1 },
    ...(uploadIds.length > 0 && { uploadIds }),
    ...fields,
  };
}

export function newUpload(fields: Partial<NewUpload> = {}): NewUpload {
  const uploadId = randomUUID();
  return {
    uploadId,
    userId: '1',
    key: `${uploadId}-upload.jpg`,
    contentType: 'image/jpeg',
    width: 512,
    height: 512,
    bytes: 3,
    ...fields,
  };
}

/** A request that refers to the upload. */
export function requestWith(uploadId: string): NewJob['request'] {
  const reference = { type: 'character' as const, image_file: `upload://${uploadId}` };
  return { model: 'image-01', prompt: 'a lighthouse at dawn', n: 1, subject_reference: [reference] };
}

/** A request for the H3 family that refers to the uploads, in this order. */
export function h3RequestWith(...uploadIds: string[]): NewJob['request'] {
  const references = uploadIds.map((uploadId) => ({ image_file: `upload://${uploadId}` }));
  return { model: 'MiniMax-H3-Image', prompt: 'image 1 beside image 2', n: 1, area: '2K', references };
}

/** Creates a job. */
export async function addJob({ jobs }: Pick<Stores, 'jobs'>, fields: Partial<NewJob> = {}): Promise<StoredJob> {
  const outcome = await jobs.createJob(newJob(fields), NO_LIMITS);
  if (outcome.kind !== 'created') throw new Error(`not created: ${outcome.kind}`);
  return outcome.job;
}

/** Slots for calls of `image-01` only. */
export function slots(count: number): Record<Family, number> {
  return { 'image-01': count, h3: 0 };
}

/** Counts attempts to upload that are made together; null unless they are refused. */
export function countAttempts(
  { uploads }: Pick<Stores, 'uploads'>,
  userId: string,
  ratePerMinute: number,
  attempts = 1,
) {
  return uploads.countAttempts({ usageId: randomUUID(), userId, attempts }, ratePerMinute);
}

/** The worker that makes a test's calls by default. */
export const WORKER = 'a-worker';

/** Options to start the next call, whichever job it is for. */
export function newStart(fields: Partial<StartOptions> = {}): StartOptions {
  return {
    attemptId: randomUUID(),
    workerId: WORKER,
    family: 'image-01',
    rpm: 0,
    windowMs: 60_000,
    maxWaitMs: 1_000_000_000,
    step: (job, { startedAt }) => startCall(job, { startedAt, expectedMs: 1_000 }),
    ...fields,
  };
}

/** Starts the next call; throws if none can start. */
export async function startNext(
  { jobs }: Pick<Stores, 'jobs'>,
  fields: Partial<StartOptions> = {},
): Promise<{ job: StoredJob; attempt: Attempt }> {
  const outcome = await jobs.startNextCall(newStart(fields));
  if (outcome.kind !== 'started') throw new Error('nothing could start');
  return outcome;
}

/** The images of an answer, in order. */
export function placed(sources: ImageSource[]): PlacedSource[] {
  return sources.map((source, position) => ({ position, source }));
}

/** Creates a job whose answer arrived with these images. */
export async function addSavingJob(
  stores: Pick<Stores, 'jobs'>,
  sources: ImageSource[],
  fields: Partial<NewJob> = {},
): Promise<StoredJob> {
  await addJob(stores, fields);
  const { attempt } = await startNext(stores);
  const job = await stores.jobs.endAttempt(attempt.attemptId, { outcome: 'answered' }, startSaving, placed(sources));
  if (!job) throw new Error('the job is gone');
  return job;
}

/** Resolves when everything committed so far has been notified: notifications arrive in commit order. */
export async function untilTold(stores: Pick<Stores, 'jobs'>): Promise<void> {
  const { jobId } = await addJob(stores);
  const told = new Promise<void>((resolve) => void stores.jobs.onChange(jobId, resolve));
  await stores.jobs.changeJob(jobId, (job) => cancel(job, 1));
  await told;
}
