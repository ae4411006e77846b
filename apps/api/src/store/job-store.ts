import type { CreateImage, JobStatus } from '@darkroom/contracts';
import type { Attempt, AttemptEnd, CallHistory, RecentCalls } from '../job/attempt.ts';
import type { Family } from '../job/model-family.ts';
import type { ImageSet, PlacedSource, StoredAsset } from '../job/stored-image.ts';
import type { StoredJob, Transition } from '../job/stored-job.ts';
import type { Refusal } from './refusal.ts';
import type { NewUpload } from './upload-store.ts';

export interface NewJob {
  jobId: string;
  userId: string;
  starId: string | null;
  request: CreateImage;
  /** Ids of the stored uploads that the request names, each once. */
  uploadIds?: string[];
  /** The uploads made from data URLs; stored in the same transaction as the job, or not at all. */
  uploads?: NewUpload[];
  /**
   * Id of the usage event recorded for this request before its references were decoded. The rate limit was checked then.
   */
  usageId?: string;
  /** `fingerprint` is a digest of the parsed request. */
  idempotency?: { key: string; fingerprint: string };
}

/** Bounds on admission; 0 means no bound for the rates and quotas. */
export interface AdmissionLimits {
  ratePerMinute: number;
  /** Bytes of the uploads kept for one user. */
  userUploadBytes: number;
  userDailyImages: number;
  dailyImages: number;
  /** Cost units of the capability table. */
  userDailyUnits: number;
  dailyUnits: number;
  userActive: number;
  queue: number;
  queueTtlMs: number;
  /**
   * Estimated wait in milliseconds of the last of this many waiting jobs of the request's family; null when unknown.
   */
  estimateWaitMs(waiting: number): number | null;
}

export type CreateOutcome =
  | { kind: 'created'; job: StoredJob }
  | { kind: 'refused'; refusal: Refusal }
  /** An upload that the request names was deleted with the last job that named it. */
  | { kind: 'upload_gone'; uploadId: string }
  | ReplayOutcome;

/** Result of looking up an idempotency key that was used before. */
export type ReplayOutcome =
  | { kind: 'replayed'; job: StoredJob }
  | { kind: 'mismatch' }
  /** The key's job has been deleted since. */
  | { kind: 'gone' };

export type StartOutcome =
  | { kind: 'started'; job: StoredJob; attempt: Attempt }
  /**
   * No call may start now. `retryInMs`: milliseconds until that may change by the passage of time alone; null if it
   * does not.
   */
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
 * The source of truth for jobs. Every method is one transaction, durable when it resolves; no network access and no
 * image processing happens inside a transaction. A rejection is a database fault, after which it is unknown whether the
 * transaction committed. Every method can be retried: an effect that was committed is not applied twice.
 */
export interface JobStore extends CallHistory {
  /** In this order: returns a replay, refuses when a bound is exceeded, or creates the job. */
  createJob(job: NewJob, limits: AdmissionLimits): Promise<CreateOutcome>;
  /** Only the first step of `createJob`: the lookup of the idempotency key. */
  findReplay(userId: string, idempotency: { key: string; fingerprint: string }): Promise<ReplayOutcome | null>;
  getJob(jobId: string): Promise<StoredJob | null>;
  /** The clock of all times in the store, the same for every process: milliseconds since the epoch. */
  now(): Promise<number>;
  /** Newest first. */
  listJobs(filter: ListFilter): Promise<StoredJob[]>;
  /** Applies the step and returns the job after it; null when there is no such job. */
  changeJob(jobId: string, step: Transition): Promise<StoredJob | null>;
  /**
   * Removes the job and what belongs to it alone. Returns the keys of the files that no row names any more; the
   * deletion store records them until they are gone. Also records that the user deleted the job, unless it has
   * `expired`.
   */
  deleteJob(jobId: string, reason?: 'user_request' | 'expired'): Promise<string[]>;
  /** Whether that user deleted this job recently. */
  wasDeleted(userId: string, jobId: string): Promise<boolean>;

  /**
   * Starts the call for the next job of the family: its attempt row is committed and the job is PROCESSING when this
   * resolves. Due retries go first, then waiting jobs by rotation over the users. At most `rpm` attempts of the family,
   * by all workers, start within any `windowMs` (0 = no bound), and none during a back-off. Jobs that waited longer
   * than `maxWaitMs` are skipped and left to expire.
   */
  startNextCall(options: StartOptions): Promise<StartOutcome>;
  /**
   * Closes the attempt and applies the job's step in the same transaction. `sources` are stored with the job, even if
   * it was given up meanwhile and will never show them. Closing an attempt again changes nothing, unless its recorded
   * end is a presumed outcome. Null: no such job.
   */
  endAttempt(attemptId: string, end: AttemptEnd, step: Transition, images?: PlacedSource[]): Promise<StoredJob | null>;
  /**
   * Commits one image of a streamed answer, whether its call still runs or not; recording it again changes nothing.
   * Returns the job; null when it was deleted. A job that has ended meanwhile does not show the image.
   */
  recordArrival(attemptId: string, image: PlacedSource): Promise<StoredJob | null>;
  /** Images of the answer, or of the part of a streamed answer that has arrived; null before the first one. */
  getImages(jobId: string): Promise<ImageSet | null>;
  /** How many of a job's images are saved or given up, and how many there are. */
  countImages(jobId: string): Promise<{ ended: number; total: number }>;
  /**
   * Records the end of one image: its asset, or null if it was given up. An image that is saved stays saved. False: the
   * asset is not wanted (the job is gone or has ended, or another asset has its place), and its file has to be deleted.
   */
  endImage(jobId: string, position: number, asset: StoredAsset | null): Promise<boolean>;

  /** Ids of jobs that have waited longer than this. */
  waitingFor(longerThanMs: number): Promise<string[]>;
  countWaiting(): Promise<number>;
  /** Calls in flight, and jobs that wait to retry theirs, of all families. */
  countCalls(): Promise<Pick<RecentCalls, 'open' | 'retries'>>;
  /** Milliseconds that the oldest waiting job has waited; null when no job waits. */
  longestWaitMs(): Promise<number | null>;
  /** Number of jobs of its family that start before this one if nothing changes. */
  countAhead(job: StoredJob): Promise<number>;
  /** The same for each of the jobs, by its id. */
  countAheadOfEach(jobs: StoredJob[]): Promise<Map<string, number>>;
  /**
   * Calls the listener after every committed change of one job, made by any process, and whenever a change may have
   * been missed. Returns the function that unsubscribes.
   */
  onChange(jobId: string, listener: () => void): () => void;
  /** Writes one row; rejects when the database does not accept it. For infrequent checks. */
  ping(): Promise<void>;
}

export interface StartOptions {
  /** The attempt's id, known to the worker before the attempt is visible to any other process. */
  attemptId: string;
  workerId: string;
  family: Family;
  /** Rate limit of the family; 0 = none. */
  rpm: number;
  windowMs: number;
  maxWaitMs: number;
  /** The job's step into the call that starts now; `recentCallMs` are the latest durations of calls of its kind. */
  step(job: StoredJob, call: { startedAt: number; recentCallMs: number[] }): StoredJob;
}
