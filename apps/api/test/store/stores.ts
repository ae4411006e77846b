import { randomUUID } from 'node:crypto';
import type { Attempt } from '../../src/job/attempt.ts';
import { cancel, startCall, startSaving } from '../../src/job/job-state.ts';
import type { ImageSource } from '../../src/job/stored-image.ts';
import type { StoredJob } from '../../src/job/stored-job.ts';
import type { DeletionStore } from '../../src/store/deletion-store.ts';
import type { AdmissionLimits, JobStore, NewJob, StartOptions } from '../../src/store/job-store.ts';
import type { RetentionStore } from '../../src/store/retention-store.ts';
import type { Database } from '../../src/store/shared/database.ts';
import type { AttemptRow } from '../../src/store/shared/schema.ts';
import type { NewUpload, UploadStore } from '../../src/store/upload-store.ts';
import type { WorkerStore } from '../../src/store/worker-store.ts';
import type { FakeClock } from '../fake-clock.ts';

/** One database behind its faces, on a clock that the test moves. */
export interface Stores {
  jobs: JobStore;
  uploads: UploadStore;
  retention: RetentionStore;
  workers: WorkerStore;
  deletions: DeletionStore;
  clock: FakeClock;
  /** What is kept of calls: no face tells, and an operator reads it here. Oldest first. */
  readAttempts(): Promise<Pick<AttemptRow, 'attempt_id' | 'failure_kind' | 'failure_message'>[]>;
  /** The same database as the next process finds it; these stores are of no more use. */
  reopen(): Promise<Stores>;
}

/** `Stores.readAttempts`, of any database. */
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
  userActive: 1_000_000,
  queue: 1_000_000,
  queueTtlMs: 1_800_000,
  estimateWaitMs: () => null,
};

export function newJob(fields: Partial<NewJob> = {}): NewJob {
  return {
    jobId: randomUUID(),
    userId: '1',
    starId: null,
    request: { model: 'image-01', prompt: 'a lighthouse at dawn', n: 1 },
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

/** An order that names the upload. */
export function requestWith(uploadId: string): NewJob['request'] {
  const reference = { type: 'character' as const, image_file: `upload://${uploadId}` };
  return { ...newJob().request, subject_reference: [reference] };
}

/** A job that was taken in. */
export async function addJob({ jobs }: Pick<Stores, 'jobs'>, fields: Partial<NewJob> = {}): Promise<StoredJob> {
  const outcome = await jobs.createJob(newJob(fields), NO_LIMITS);
  if (outcome.kind !== 'created') throw new Error(`not created: ${outcome.kind}`);
  return outcome.job;
}

/** The worker that makes the calls of a test, if it does not say otherwise. */
export const WORKER = 'a-worker';

/** A wish to make a call, whichever comes next. */
export function newStart(fields: Partial<StartOptions> = {}): StartOptions {
  return {
    attemptId: randomUUID(),
    workerId: WORKER,
    rpm: 0,
    windowMs: 60_000,
    maxWaitMs: 1_000_000_000,
    step: (job, { startedAt }) => startCall(job, { startedAt, expectedMs: 1_000 }),
    ...fields,
  };
}

/** The next call, which the test knows can start. */
export async function startNext(
  { jobs }: Pick<Stores, 'jobs'>,
  fields: Partial<StartOptions> = {},
): Promise<{ job: StoredJob; attempt: Attempt }> {
  const outcome = await jobs.startNextCall(newStart(fields));
  if (outcome.kind !== 'started') throw new Error('nothing could start');
  return outcome;
}

/** A job whose answer came with these pictures. */
export async function addSavingJob(
  stores: Pick<Stores, 'jobs'>,
  pictures: ImageSource[],
  fields: Partial<NewJob> = {},
): Promise<StoredJob> {
  await addJob(stores, fields);
  const { attempt } = await startNext(stores);
  const job = await stores.jobs.endAttempt(attempt.attemptId, { outcome: 'answered' }, startSaving, pictures);
  if (!job) throw new Error('the job is gone');
  return job;
}

/** Everything that was committed so far has been told: news come in the order of the commits. */
export async function untilTold(stores: Pick<Stores, 'jobs'>): Promise<void> {
  const { jobId } = await addJob(stores);
  const told = new Promise<void>((resolve) => void stores.jobs.onChange(jobId, resolve));
  await stores.jobs.changeJob(jobId, (job) => cancel(job, 1));
  await told;
}
