import type { CreateImage, JobStatus } from '@darkroom/contracts';
import type { Attempt, AttemptEnd, CallHistory } from '../job/attempt.ts';
import type { ImageSet, ImageSource, StoredAsset } from '../job/stored-image.ts';
import type { StoredJob, Transition } from '../job/stored-job.ts';
import type { Refusal } from './refusal.ts';
import type { NewUpload } from './upload-store.ts';

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

export type StartOutcome =
  | { kind: 'started'; job: StoredJob; attempt: Attempt }
  /** Nothing may start now; `retryInMs` is when that may change by time alone. */
  | { kind: 'idle'; retryInMs: number | null };

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
export interface JobStore extends CallHistory {
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
  endAttempt(attemptId: string, end: AttemptEnd, step: Transition, pictures?: ImageSource[]): Promise<StoredJob | null>;
  getImages(jobId: string): Promise<ImageSet | null>;
  /** How many of a job's pictures are saved or given up. */
  countImages(jobId: string): Promise<{ ended: number; total: number }>;
  /**
   * A picture that is kept stays kept. False: nobody wants the asset (the job is gone or has ended, or another has its
   * place), and its file has to go.
   */
  endImage(jobId: string, position: number, asset: StoredAsset | null): Promise<boolean>;

  /** Jobs that have waited longer than that. */
  waitingFor(longerThanMs: number): Promise<string[]>;
  countWaiting(): Promise<number>;
  /** How long the oldest waiting job has waited; null when none waits. */
  longestWaitMs(): Promise<number | null>;
  /** Jobs that go before this one, were nothing to change. */
  countAhead(job: StoredJob): Promise<number>;
  /** Called after every committed change of one job, whichever process made it, and whenever one may have been missed;
   *  returns the way to stop. */
  onChange(jobId: string, listener: () => void): () => void;
  /** Writes one row, and rejects when the database does not take it: for whoever asks seldom. */
  ping(): Promise<void>;
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
