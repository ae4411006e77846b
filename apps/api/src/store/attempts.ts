import type { Kysely, Transaction } from 'kysely';
import { type Attempt, type AttemptEnd, callKind, type StoredJob } from './job-store.ts';
import type { Tables } from './schema.ts';

/** How many recent calls an estimate rests on. */
const RECENT_CALLS = 20;

/** With `rpm` attempts begun since `windowStart`, the beginning of the one that has to leave the window; else null. */
export async function paceFullSince(
  trx: Transaction<Tables>,
  rpm: number,
  windowStart: number,
): Promise<number | null> {
  if (rpm === 0) return null;
  const latest = await trx
    .selectFrom('attempts')
    .select('started_at')
    .where('started_at', '>', windowStart)
    .orderBy('started_at', 'desc')
    .limit(rpm)
    .execute();
  const oldest = latest.at(-1);
  return latest.length < rpm || !oldest ? null : Number(oldest.started_at);
}

/** Writes down the call that is about to be sent. */
export async function insertAttempt(
  trx: Transaction<Tables>,
  job: StoredJob,
  { attemptId, startedAt }: Pick<Attempt, 'attemptId' | 'startedAt'>,
): Promise<Attempt> {
  const earlier = await trx
    .selectFrom('attempts')
    .select(({ fn }) => fn.countAll<number>().as('attempts'))
    .where('job_id', '=', job.jobId)
    .where('outcome', '!=', 'not_sent')
    .executeTakeFirstOrThrow();
  const number = Number(earlier.attempts) + 1;
  await trx
    .insertInto('attempts')
    .values({
      attempt_id: attemptId,
      job_id: job.jobId,
      user_id: job.userId,
      kind: callKind(job.request),
      number,
      started_at: startedAt,
    })
    .execute();
  return { attemptId, number, startedAt };
}

/** Closes an attempt, once: `isFirst` tells whether this was the time. */
export async function closeAttempt(
  trx: Transaction<Tables>,
  attemptId: string,
  { outcome, traceId, responseId, failure }: AttemptEnd,
  now: number,
): Promise<{ jobId: string; isFirst: boolean }> {
  const closed = await trx
    .updateTable('attempts')
    .set({
      ended_at: now,
      outcome,
      trace_id: traceId ?? null,
      response_id: responseId ?? null,
      failure_kind: failure?.kind ?? null,
      failure_code: failure?.code ?? null,
      failure_message: failure?.providerText ?? failure?.message ?? null,
    })
    .where('attempt_id', '=', attemptId)
    .where('ended_at', 'is', null)
    .executeTakeFirstOrThrow();
  const { job_id } = await trx
    .selectFrom('attempts')
    .select('job_id')
    .where('attempt_id', '=', attemptId)
    .executeTakeFirstOrThrow();
  return { jobId: job_id, isFirst: closed.numUpdatedRows === 1n };
}

export async function openAttempts(from: Kysely<Tables>): Promise<{ attemptId: string; jobId: string }[]> {
  const rows = await from
    .selectFrom('attempts')
    .select(['attempt_id', 'job_id'])
    .where('ended_at', 'is', null)
    .orderBy('started_at')
    .execute();
  return rows.map((row) => ({ attemptId: row.attempt_id, jobId: row.job_id }));
}

export async function recentCalls(from: Kysely<Tables>, since: number): Promise<{ open: number; begunAt: number[] }> {
  const open = await from
    .selectFrom('attempts')
    .select(({ fn }) => fn.countAll<number>().as('calls'))
    .where('ended_at', 'is', null)
    .executeTakeFirstOrThrow();
  const begun = await from
    .selectFrom('attempts')
    .select('started_at')
    .where('started_at', '>', since)
    .orderBy('started_at')
    .execute();
  return { open: Number(open.calls), begunAt: begun.map((row) => Number(row.started_at)) };
}

export async function recentCallMs(from: Kysely<Tables>, kind: string | null): Promise<number[]> {
  let calls = from.selectFrom('attempts').select(['started_at', 'ended_at']).where('outcome', '=', 'answered');
  if (kind !== null) calls = calls.where('kind', '=', kind);
  const rows = await calls.orderBy('started_at', 'desc').limit(RECENT_CALLS).execute();
  return rows.map((row) => Number(row.ended_at) - Number(row.started_at));
}
