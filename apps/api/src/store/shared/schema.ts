import type { Generated } from 'kysely';

/** The tables, in the subset of SQL that SQLite and PostgreSQL share. Times are milliseconds since the epoch. */
export interface Tables {
  jobs: JobRow;
  attempts: AttemptRow;
  pictures: ImageRow;
  uploads: UploadRow;
  idempotency_keys: IdempotencyKeyRow;
  orders: UsageEventRow;
  turns: UserRotationRow;
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
  /** The upload that the request names, if any. */
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
}

/** One provider call. It outlives its job: the pace and the accounts are kept by these rows. */
export interface AttemptRow {
  attempt_id: string;
  job_id: string;
  user_id: string;
  kind: string;
  number: number;
  started_at: number;
  ended_at: number | null;
  outcome: string | null;
  trace_id: string | null;
  response_id: string | null;
  failure_kind: string | null;
  failure_code: number | null;
  failure_message: string | null;
  /** Who makes the call, and then looks after its pictures; '' in rows from before there were workers. */
  worker_id: string;
  /** Until when the provider wants no call, if it said so. */
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

export interface IdempotencyKeyRow {
  user_id: string;
  key: string;
  fingerprint: string;
  job_id: string;
  created_at: number;
}

/** What counts towards rates and quotas, kept whatever becomes of the job. */
export interface UsageEventRow {
  order_id: Generated<number>;
  user_id: string;
  ordered_at: number;
  /** 0 for an upload. */
  images: number;
}

/** When each user was last served: the lower, the sooner it is their turn. */
export interface UserRotationRow {
  user_id: string;
  turn: number;
}

/** At most one row: the last proof that the database takes writes. */
export interface PingRow {
  ping_id: number;
  pinged_at: number;
}

/** One process that makes calls. No row: it does not live. */
export interface WorkerRow {
  worker_id: string;
  /** Calls that it can make at once. */
  places: number;
  seen_at: number;
  /** Since when it was seen without a break. */
  unbroken_since: number;
}

/**
 * A file that has to go. A file that is about to be written is one as well: the transaction that names it removes the row,
 * and if none does, the file goes once its writer has ended.
 */
export interface FileDeletionRow {
  key: string;
  /** Whose result it was; null for an upload. */
  job_id: string | null;
  /** The worker that may still be writing it; '' once nobody is. */
  worker_id: string;
  /** Not before this. */
  due_at: number;
  /** How often it was taken up; the waits between grow with it. */
  tries: number;
}

/** A job that its user deleted. */
export interface DeletedJobRow {
  job_id: string;
  user_id: string;
  deleted_at: number;
}

export interface SecretRow {
  name: string;
  value: string;
}
