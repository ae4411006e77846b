import type { Generated } from 'kysely';

/** The tables, in the subset of SQL that SQLite and PostgreSQL share. Times are milliseconds since the epoch. */
export interface Tables {
  jobs: JobRow;
  attempts: AttemptRow;
  pictures: ImageRow;
  uploads: UploadRow;
  job_uploads: JobUploadRow;
  idempotency_keys: IdempotencyKeyRow;
  orders: UsageEventRow;
  turns: UserRotationRow;
  waiting_users: WaitingUserRow;
  secrets: SecretRow;
  pings: PingRow;
  workers: WorkerRow;
  file_deletions: FileDeletionRow;
  deleted_jobs: DeletedJobRow;
}

export interface JobRow {
  job_id: string;
  user_id: string;
  star_id: string | null;
  /** JSON: CreateImage. */
  request: string;
  /** Family of the request's model. */
  family: Generated<string>;
  /** The first of the uploads that the request names, if any. The others are in `job_uploads`. */
  upload_id: string | null;
  status: string;
  stage: string | null;
  version: number;
  created_at: number;
  updated_at: number;
  completed_at: number | null;
  progress_from: number;
  call_started_at: number | null;
  call_expected_ms: number | null;
  repeat_at: number | null;
  error_code: string | null;
  charged: string | null;
  /** JSON: StoredAsset[]. */
  assets: string | null;
  failed_count: number | null;
  /** Images of a streamed answer that are committed so far. */
  arrived: number | null;
}

/** One provider call. The row outlives its job: the rate limit and the accounting are based on these rows. */
export interface AttemptRow {
  attempt_id: string;
  job_id: string;
  user_id: string;
  kind: string;
  /** Family of the model: each has its own rate limit and back-off. */
  family: Generated<string>;
  number: number;
  started_at: number;
  ended_at: number | null;
  outcome: string | null;
  trace_id: string | null;
  response_id: string | null;
  failure_kind: string | null;
  failure_code: number | null;
  failure_message: string | null;
  /** The worker that makes the call and then saves its images; '' in rows from before workers were recorded. */
  worker_id: string;
  /** End of the back-off that the provider asked for, if it did. */
  quiet_until: number | null;
}

export interface ImageRow {
  job_id: string;
  position: number;
  /** JSON: ImageSource. */
  source: string;
  /** JSON: StoredAsset. */
  asset: string | null;
  failed: number;
}

export interface UploadRow {
  upload_id: string;
  user_id: string;
  key: string;
  content_type: string;
  width: number;
  height: number;
  bytes: number;
  created_at: number;
}

/** A further upload that the request of a job names. An upload is kept as long as a job names it. */
interface JobUploadRow {
  job_id: string;
  upload_id: string;
}

interface IdempotencyKeyRow {
  user_id: string;
  key: string;
  fingerprint: string;
  job_id: string;
  created_at: number;
}

/** A usage event: counts towards rates and quotas, and is kept whatever happens to the job. */
interface UsageEventRow {
  order_id: Generated<number>;
  user_id: string;
  ordered_at: number;
  /** 0 for an upload. */
  images: number;
  /** What the request costs in units; null in a row of a version that did not count them. */
  units: number | null;
  /** The caller's id of the event, where it chose one: a retry must not count again. */
  usage_id: string | null;
}

/** The order of the rotation: a user with a lower `turn` was served longer ago and comes sooner. */
interface UserRotationRow {
  user_id: string;
  turn: number;
}

/**
 * A user with waiting jobs of a family. Triggers on `jobs` and `turns` keep the row, in the transaction that changes
 * them; nothing else writes it. On PostgreSQL that is when the transaction commits: within it, the row is as before.
 */
interface WaitingUserRow {
  /** On PostgreSQL in the collation "C": compared with the column of another table, neither of their indexes is used. */
  user_id: string;
  family: string;
  /** The turn of the user in `turns`; 0 if the user was never served. */
  turn: number;
  /** When the oldest waiting job was created. */
  oldest_at: number;
  oldest_job: string;
  /** When the newest waiting job was created. */
  newest_at: number;
  /** Number of waiting jobs. */
  jobs: number;
}

/** At most one row: the last successful check that the database accepts writes. */
interface PingRow {
  ping_id: number;
  pinged_at: number;
}

/** One process that makes calls. A worker without a row has ended. */
interface WorkerRow {
  worker_id: string;
  /** Slots of the family `image-01`: calls that it can make at once. */
  places: number;
  /** JSON: the slots of every family; null in a row written before there were families. */
  slots: string | null;
  seen_at: number;
  /** Start of the current uninterrupted series of heartbeats. */
  unbroken_since: number;
}

/**
 * A file that has to be deleted. A file that is about to be written has a row as well, its write intent: the
 * transaction that names the file removes the row; if none does, the file is deleted once its writer has ended.
 */
interface FileDeletionRow {
  key: string;
  /** The job whose result it was; null for an upload. */
  job_id: string | null;
  /** The worker that may still be writing the file; '' once none is. */
  worker_id: string;
  /** Earliest time of the next claim. */
  due_at: number;
  /** Number of claims so far; the waits between them grow with it. */
  tries: number;
}

/** A job that its user deleted. */
export interface DeletedJobRow {
  job_id: string;
  user_id: string;
  deleted_at: number;
}

interface SecretRow {
  name: string;
  value: string;
}
