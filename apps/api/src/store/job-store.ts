import type {
  Charged,
  CreateImage,
  JobErrorCode,
  JobStatus,
  RequestErrorCode,
  UploadProblem,
} from '@darkroom/contracts';

/** A delivered picture, as kept. `key` names it in the file store. */
export interface StoredAsset {
  key: string;
  width: number | null;
  height: number | null;
  bytes: number;
  contentType: string;
  compressed: boolean;
  /** A thumbhash in base64; null when the picture could not be read. */
  placeholder: string | null;
}

/** Times are milliseconds since the epoch, by the store's clock. */
export type JobState =
  | { status: 'PENDING' }
  | {
      status: 'PROCESSING';
      stage: 'generating';
      /** Where the progress of the next call begins, so that it never falls. */
      progressFrom: number;
      /** The call that is out now; null while the job waits to repeat one that was not taken. */
      call: { startedAt: number; expectedMs: number } | null;
      repeatAt: number | null;
    }
  | { status: 'PROCESSING'; stage: 'saving' }
  | { status: 'COMPLETED'; completedAt: number; assets: StoredAsset[]; failedCount: number; charged: Charged }
  | { status: 'FAILED'; completedAt: number; errorCode: JobErrorCode; charged: Charged };

export interface StoredJob {
  jobId: string;
  userId: string;
  starId: string | null;
  request: CreateImage;
  version: number;
  createdAt: number;
  updatedAt: number;
  state: JobState;
}

/**
 * A pure step of a job: the job as it shall be, or null to leave it. A version that rises is a change that people see. `now`
 * is by the store's clock.
 */
export type Transition = (job: StoredJob, now: number) => StoredJob | null;

export interface NewUpload {
  uploadId: string;
  userId: string;
  key: string;
  contentType: string;
  width: number;
  height: number;
  bytes: number;
  /**
   * The worker that wrote the file and said so before. It rejects as `unavailable` when that is not on record any more: the
   * worker was given up meanwhile, and the file is gone.
   */
  writtenBy?: string;
}

export interface StoredUpload extends Omit<NewUpload, 'writtenBy'> {
  createdAt: number;
}

export interface NewJob {
  jobId: string;
  userId: string;
  starId: string | null;
  request: CreateImage;
  /** The upload that a data URL became; it goes in or stays out with the job. */
  upload?: NewUpload;
  /** The attempt that this order was counted as before its photograph was decoded: it passed the rate then. */
  attemptId?: number;
  /** `fingerprint` is a digest of the parsed order. */
  idempotency?: { key: string; fingerprint: string };
}

/** Bounds on what is taken in; 0 means no bound for the rates and quotas. */
export interface AdmissionLimits {
  ratePerMinute: number;
  /** Bytes of the uploads that are kept for one user. */
  userUploadBytes: number;
  userDailyImages: number;
  dailyImages: number;
  userActive: number;
  queue: number;
  queueTtlMs: number;
  /** Milliseconds that the last of so many waiting jobs would wait; null when unknown. */
  estimateWaitMs(waiting: number): number | null;
}

export interface Refusal {
  code: Extract<RequestErrorCode, 'rate_limited' | 'quota_exceeded' | 'too_many_jobs' | 'queue_full'>;
  retryAfterMs: number;
  /** What the code alone leaves open: which quota it is. */
  problem?: UploadProblem;
}

export type CreateOutcome =
  | { kind: 'created'; job: StoredJob }
  | { kind: 'refused'; refusal: Refusal }
  /** The upload that it names went with the last job that named it. */
  | { kind: 'upload_gone' }
  | ReplayOutcome;

/** What is known of an idempotency key that was used before. */
export type ReplayOutcome =
  | { kind: 'replayed'; job: StoredJob }
  | { kind: 'mismatch' }
  /** The key's job was deleted since. */
  | { kind: 'gone' };

/** One provider call, from just before it is sent. */
export interface Attempt {
  attemptId: string;
  /** 1 for a job's first call; calls that were not sent do not count. */
  number: number;
  startedAt: number;
}

export type StartOutcome =
  | { kind: 'started'; job: StoredJob; attempt: Attempt }
  /** Nothing may start now; `retryInMs` is when that may change by time alone. */
  | { kind: 'idle'; retryInMs: number | null };

/** How an attempt ended: the answer came, it was not sent, it provably was not taken, it failed, or nobody knows. */
export interface AttemptEnd {
  outcome: 'answered' | 'not_sent' | 'not_taken' | 'failed' | 'unknown';
  traceId?: string | null;
  responseId?: string | null;
  /** For the operator: the kind and number of a failure, and the provider's own words. */
  failure?: { kind: string; code: number | null; message: string; providerText: string | null };
  /** The provider wants to be left alone: no call of anybody begins for so many milliseconds. */
  quietMs?: number;
}

/**
 * The failure of a call whose worker was given up: the one end that is a verdict and not knowledge, so that the real end, if
 * it comes after all, takes its place.
 */
export const INTERRUPTED = 'interrupted';

/** Where a result picture is to be had: at the provider's link, or already in our own file store. */
export type PictureSource = { url: string } | { key: string };

export interface StoredPicture {
  position: number;
  source: PictureSource;
  /** Null until it is saved. */
  asset: StoredAsset | null;
  failed: boolean;
}

/** The pictures of one job with the answer that brought them. */
export interface PictureSet {
  pictures: StoredPicture[];
  /** The provider's id of the call. */
  responseId: string | null;
}

export interface ListFilter {
  userId: string;
  status: JobStatus | undefined;
  starId: string | undefined;
  /** Only jobs older than this one. */
  before: { createdAt: number; jobId: string } | undefined;
  limit: number;
}

/**
 * The truth about jobs. Every method is one transaction, durable when it resolves; no network and no picture work happens
 * inside one. Rejections are faults of the database, after which nobody can tell whether the transaction took place: each
 * may be made again, and what was done is not done twice.
 */
export interface JobStore {
  /** Answers a repeat, refuses past a bound, or creates; in this order. */
  createJob(job: NewJob, limits: AdmissionLimits): Promise<CreateOutcome>;
  /** The first step of `createJob` alone. */
  findReplay(userId: string, idempotency: { key: string; fingerprint: string }): Promise<ReplayOutcome | null>;
  getJob(jobId: string): Promise<StoredJob | null>;
  /** The clock that all times in the store are by, whichever process asks: milliseconds since the epoch. */
  now(): Promise<number>;
  /** Newest first. */
  listJobs(filter: ListFilter): Promise<StoredJob[]>;
  /** The job after the step; null when there is none. */
  changeJob(jobId: string, step: Transition): Promise<StoredJob | null>;
  /**
   * Removes the job and what belongs to it alone; answers the keys of the files that nothing names any more, which the
   * deletion store remembers until they are gone. That its user asked for it is remembered, too, unless it has `expired`.
   */
  deleteJob(jobId: string, reason?: 'asked' | 'expired'): Promise<string[]>;
  /** Whether that user deleted such a job not long ago. */
  wasDeleted(userId: string, jobId: string): Promise<boolean>;

  /**
   * The next job in fair order goes to the provider: its attempt row is committed and the job is PROCESSING when this
   * resolves. Repeats that are due go first, then users take turns. At most `rpm` attempts of all workers begin in any
   * `windowMs` (0 = no bound), and none while the provider wants quiet. Jobs that waited longer than `maxWaitMs` are left
   * for expiry.
   */
  startNextCall(options: StartOptions): Promise<StartOutcome>;
  /** Closes the attempt and takes the job's step with it. `pictures` are kept with the job, also when it was given up
   *  meanwhile and never shows them. An attempt that is closed already changes nothing more, unless its end was a verdict.
   *  Null: no such job. */
  endAttempt(
    attemptId: string,
    end: AttemptEnd,
    step: Transition,
    pictures?: PictureSource[],
  ): Promise<StoredJob | null>;
  getPictures(jobId: string): Promise<PictureSet | null>;
  /** How many of a job's pictures are saved or given up. */
  countPictures(jobId: string): Promise<{ ended: number; total: number }>;
  /**
   * A picture that is kept stays kept. False: nobody wants the asset (the job is gone or has ended, or another has its
   * place), and its file has to go.
   */
  endPicture(jobId: string, position: number, asset: StoredAsset | null): Promise<boolean>;

  /** Jobs that have waited longer than that. */
  waitingFor(longerThanMs: number): Promise<string[]>;
  countWaiting(): Promise<number>;
  /** How long the oldest waiting job has waited; null when none waits. */
  longestWaitMs(): Promise<number | null>;
  /** Jobs that go before this one, were nothing to change. */
  countAhead(job: StoredJob): Promise<number>;
  recentCalls(windowMs: number): Promise<RecentCalls>;
  /** Durations of the latest answered calls of a kind (null: of any), newest first. */
  recentCallMs(kind: string | null): Promise<number[]>;

  /** Called after every committed change of one job, whichever process made it, and whenever one may have been missed;
   *  returns the way to stop. */
  onChange(jobId: string, listener: () => void): () => void;
  /** Writes one row, and rejects when the database does not take it: for whoever asks seldom. */
  ping(): Promise<void>;
}

export interface RecentCalls {
  /** Calls that are out now. */
  open: number;
  /** How long ago those began that began in the window, oldest first. */
  begunAgoMs: number[];
  /** For how long the provider wants no call; 0 if it does not mind. */
  quietMs: number;
  /** Jobs that wait to repeat their call, and go before all that wait for their first. */
  repeats: number;
}

export interface StartOptions {
  /** The id of the attempt, known to the worker before anybody else can see it. */
  attemptId: string;
  workerId: string;
  rpm: number;
  windowMs: number;
  maxWaitMs: number;
  /** The job's step into the call that begins now; `recentCallMs` are the latest durations of its kind. */
  step(job: StoredJob, call: { startedAt: number; recentCallMs: number[] }): StoredJob;
}

/** An attempt to hand in a photograph, as it counts towards the rate. */
export type CountedAttempt = { kind: 'counted'; attemptId: number } | { kind: 'refused'; refusal: Refusal };

/** Uploads are good for this long. */
export const UPLOAD_TTL_MS = 7 * 24 * 60 * 60 * 1_000;

/** Photographs that wait for an order. */
export interface UploadStore {
  /** Refused past the rate; else it counts, whatever becomes of the photograph. Called before anything is decoded. */
  countAttempt(userId: string, ratePerMinute: number): Promise<CountedAttempt>;
  /** Keeps an upload whose attempt was counted. Refused where the user's uploads would take more bytes (0 = no bound). */
  createUpload(upload: NewUpload, userUploadBytes: number): Promise<Refusal | null>;
  /** Null when there is none; whose it is, is for the caller to judge. */
  getUpload(uploadId: string): Promise<StoredUpload | null>;
}

/** What retention removes; each answers the keys of files that nothing names any more. */
export interface RetentionStore {
  /** Ended jobs completed before that time, a bounded number of them. */
  endedBefore(before: number): Promise<string[]>;
  /** Uploads that no job names, a bounded number of them. */
  deleteUploadsBefore(before: number): Promise<string[]>;
  /** Idempotency keys, counted orders, and that jobs were deleted. */
  forgetBefore(times: { keys: number; orders: number; deleted?: number }): Promise<void>;
  /**
   * Calls that ended before that time, of jobs that are gone; a bounded number of them, and not the latest answered ones of a
   * kind, which estimates rest on. Answers how many.
   */
  forgetAttemptsBefore(before: number): Promise<number>;
  /** Jobs that are there although their users deleted them, as after a backup was restored. */
  deletedBefore(): Promise<string[]>;
  /** Those of the keys that no row names, nor will: files of a job that still runs are none of them. */
  unknownKeys(keys: readonly string[]): Promise<string[]>;
}

/** Calls of one kind take about the same time. */
export function callKind(request: Pick<CreateImage, 'model' | 'n'>): string {
  return `${request.model} x${request.n}`;
}
