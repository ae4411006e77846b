import type { Insertable, Kysely } from 'kysely';
import { familyOf } from '../../job/model-family.ts';
import type { StoredJob, Transition } from '../../job/stored-job.ts';
import type { ListFilter, NewJob, ReplayOutcome } from '../job-store.ts';
import type { Trx } from './database.ts';
import { type ChangingColumns, fromState, toJob } from './job-row.ts';
import type { JobRow, Tables } from './schema.ts';
import { confirmUploadFile, uploadRow } from './upload-row.ts';

export async function readJob(from: Kysely<Tables>, jobId: string): Promise<StoredJob | null> {
  const row = await from.selectFrom('jobs').selectAll().where('job_id', '=', jobId).executeTakeFirst();
  return row ? toJob(row) : null;
}

/** Inserts the job with its uploads and its idempotency key, all or nothing. */
export async function insertJob(trx: Trx, newJob: NewJob, now: number): Promise<StoredJob> {
  const { uploads = [], uploadIds = [] } = newJob;
  for (const upload of uploads) {
    await confirmUploadFile(trx, upload);
    await trx.insertInto('uploads').values(uploadRow(upload, now)).execute();
  }
  const [firstUploadId = null, ...otherUploadIds] = [...uploads.map(({ uploadId }) => uploadId), ...uploadIds];
  // Required: a nullable column does not compile either until it is written here.
  const row: Required<Insertable<JobRow>> = {
    ...fromState({ status: 'PENDING' }),
    job_id: newJob.jobId,
    user_id: newJob.userId,
    star_id: newJob.starId,
    request: JSON.stringify(newJob.request),
    family: familyOf(newJob.request.model),
    upload_id: firstUploadId,
    version: 1,
    created_at: now,
    updated_at: now,
  };
  const created = await trx.insertInto('jobs').values(row).returningAll().executeTakeFirstOrThrow();
  if (otherUploadIds.length > 0) {
    const rows = otherUploadIds.map((upload_id) => ({ job_id: newJob.jobId, upload_id }));
    await trx.insertInto('job_uploads').values(rows).execute();
  }
  if (newJob.idempotency) {
    await trx
      .insertInto('idempotency_keys')
      .values({ user_id: newJob.userId, job_id: newJob.jobId, created_at: now, ...newJob.idempotency })
      .execute();
  }
  return toJob(created);
}

/** Reads the job and, with concurrent writers, locks it until the transaction ends. */
export async function lockJob(trx: Trx, jobId: string, hasConcurrentWriters: boolean): Promise<StoredJob | null> {
  const job = trx.selectFrom('jobs').selectAll().where('job_id', '=', jobId);
  const row = await (hasConcurrentWriters ? job.forUpdate() : job).executeTakeFirst();
  return row ? toJob(row) : null;
}

/** Fields that no step changes. */
type Fixed = 'jobId' | 'userId' | 'starId' | 'request' | 'createdAt';

/** Applies the step to a locked job and returns the job after it. */
export async function applyStep(trx: Trx, job: StoredJob, step: Transition, now: number): Promise<StoredJob> {
  const next = step(job, now);
  if (!next) return job;
  // A further field of a job does not compile until it is written here or listed as fixed.
  const changed: Omit<StoredJob, Fixed> = {
    state: next.state,
    version: next.version,
    updatedAt: next.version > job.version ? now : job.updatedAt,
  };
  const columns: ChangingColumns = {
    ...fromState(changed.state),
    version: changed.version,
    updated_at: changed.updatedAt,
  };
  const { numUpdatedRows } = await trx
    .updateTable('jobs')
    .set(columns)
    .where('job_id', '=', job.jobId)
    .where('version', '=', job.version)
    .executeTakeFirstOrThrow();
  if (numUpdatedRows !== 1n) throw new Error(`Job ${job.jobId} changed under a transaction`);
  return { ...next, ...changed };
}

export async function findReplay(
  from: Kysely<Tables>,
  userId: string,
  { key, fingerprint }: { key: string; fingerprint: string },
): Promise<ReplayOutcome | null> {
  const known = await from
    .selectFrom('idempotency_keys')
    .select(['fingerprint', 'job_id'])
    .where('user_id', '=', userId)
    .where('key', '=', key)
    .executeTakeFirst();
  if (!known) return null;
  if (known.fingerprint !== fingerprint) return { kind: 'mismatch' };
  const job = await readJob(from, known.job_id);
  return job ? { kind: 'replayed', job } : { kind: 'gone' };
}

export async function listJobs(from: Kysely<Tables>, filter: ListFilter): Promise<StoredJob[]> {
  const { userId, status, starId, before, limit } = filter;
  let query = from.selectFrom('jobs').selectAll().where('user_id', '=', userId);
  if (status !== undefined) query = query.where('status', '=', status);
  if (starId !== undefined) query = query.where('star_id', '=', starId);
  if (before !== undefined) {
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(refTuple('created_at', 'job_id'), '<', tuple(before.createdAt, before.jobId)),
    );
  }
  const rows = await query.orderBy('created_at', 'desc').orderBy('job_id', 'desc').limit(limit).execute();
  return rows.map(toJob);
}
