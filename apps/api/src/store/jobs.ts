import type { Insertable, Kysely, Transaction } from 'kysely';
import { fromState, toJob } from './job-row.ts';
import type { ListFilter, NewJob, ReplayOutcome, StoredJob, Transition } from './job-store.ts';
import type { JobRow, Tables } from './schema.ts';
import { uploadIdOf, uploadRow } from './upload-row.ts';

export async function readJob(from: Kysely<Tables>, jobId: string): Promise<StoredJob | null> {
  const row = await from.selectFrom('jobs').selectAll().where('job_id', '=', jobId).executeTakeFirst();
  return row ? toJob(row) : null;
}

/** The job with its upload and its idempotency key, all or nothing. */
export async function insertJob(trx: Transaction<Tables>, order: NewJob, now: number): Promise<StoredJob> {
  if (order.upload) await trx.insertInto('uploads').values(uploadRow(order.upload, now)).execute();
  const row: Insertable<JobRow> = {
    ...fromState({ status: 'PENDING' }),
    job_id: order.jobId,
    user_id: order.userId,
    star_id: order.starId,
    request: JSON.stringify(order.request),
    upload_id: order.upload?.uploadId ?? uploadIdOf(order.request.subject_reference?.[0]?.image_file),
    version: 1,
    created_at: now,
    updated_at: now,
  };
  const created = await trx.insertInto('jobs').values(row).returningAll().executeTakeFirstOrThrow();
  if (order.idempotency) {
    await trx
      .insertInto('idempotency_keys')
      .values({ user_id: order.userId, job_id: order.jobId, created_at: now, ...order.idempotency })
      .execute();
  }
  return toJob(created);
}

/** The job after the step, written only if nobody changed it since it was read. */
export async function takeStep(
  trx: Transaction<Tables>,
  jobId: string,
  step: Transition,
  now: number,
): Promise<StoredJob | null> {
  const job = await readJob(trx, jobId);
  const next = job && step(job);
  if (!next) return job;
  const updatedAt = next.version > job.version ? now : job.updatedAt;
  const { numUpdatedRows } = await trx
    .updateTable('jobs')
    .set({ ...fromState(next.state), version: next.version, updated_at: updatedAt })
    .where('job_id', '=', jobId)
    .where('version', '=', job.version)
    .executeTakeFirstOrThrow();
  if (numUpdatedRows !== 1n) throw new Error(`Job ${jobId} changed under a transaction`);
  return { ...next, updatedAt };
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
