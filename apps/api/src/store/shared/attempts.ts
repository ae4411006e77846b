import type { Kysely, NotNull } from 'kysely';
import { type AnsweredCall, type Attempt, type AttemptEnd, PRESUMED, type RecentCalls } from '../../job/attempt.ts';
import { callKind, type Family, familyOf } from '../../job/model-family.ts';
import type { StoredJob } from '../../job/stored-job.ts';
import { countRetries } from './choose-next.ts';
import type { Trx } from './database.ts';
import type { Tables } from './schema.ts';

/** Number of recent calls that an estimate is based on. */
export const RECENT_CALLS = 20;

/** The rate limit of one model family. */
export interface RateLimit {
  family: Family;
  /** Calls in any window; 0 = no limit. */
  rpm: number;
  windowMs: number;
}

/**
 * If `rpm` attempts started within the last `windowMs`, the start of the one that has to leave the window; otherwise
 * null. Starts more than one window in the future are ignored: they were written before the clock was set back, and
 * would stop all calls until then.
 */
export async function rateLimitFullSince(
  trx: Trx,
  { family, rpm, windowMs }: RateLimit,
  now: number,
): Promise<number | null> {
  if (rpm === 0) return null;
  const latest = await trx
    .selectFrom('attempts')
    .select('started_at')
    .where('family', '=', family)
    .where('started_at', '>', now - windowMs)
    .where('started_at', '<=', now + windowMs)
    .orderBy('started_at', 'desc')
    .limit(rpm)
    .execute();
  const oldest = latest.at(-1);
  return latest.length < rpm || !oldest ? null : oldest.started_at;
}

/** Latest end of a back-off of the family in milliseconds since the epoch; 0 if there is none. */
export async function backOffUntil(from: Kysely<Tables>, family: Family): Promise<number> {
  const row = await from
    .selectFrom('attempts')
    .select(({ fn }) => fn.max('quiet_until').as('until'))
    .where('quiet_until', 'is not', null)
    .where('family', '=', family)
    .executeTakeFirst();
  return row?.until ?? 0;
}

export async function findAttempt(trx: Trx, attemptId: string): Promise<(Attempt & { jobId: string }) | null> {
  const row = await trx
    .selectFrom('attempts')
    .select(['job_id', 'number', 'started_at'])
    .where('attempt_id', '=', attemptId)
    .executeTakeFirst();
  return row ? { attemptId, jobId: row.job_id, number: row.number, startedAt: row.started_at } : null;
}

/** Records the call that is about to be sent. */
export async function insertAttempt(
  trx: Trx,
  job: StoredJob,
  { attemptId, workerId, startedAt }: { attemptId: string; workerId: string; startedAt: number },
): Promise<Attempt> {
  const earlier = await trx
    .selectFrom('attempts')
    .select(({ fn }) => fn.countAll<number>().as('attempts'))
    .where('job_id', '=', job.jobId)
    .where('outcome', '!=', 'not_sent')
    .executeTakeFirstOrThrow();
  const number = earlier.attempts + 1;
  await trx
    .insertInto('attempts')
    .values({
      attempt_id: attemptId,
      job_id: job.jobId,
      user_id: job.userId,
      kind: callKind(job.request),
      family: familyOf(job.request.model),
      number,
      started_at: startedAt,
      worker_id: workerId,
    })
    .execute();
  return { attemptId, number, startedAt };
}

/**
 * Closes an attempt once. A recorded end is replaced only if it is a presumed outcome and the new one is not.
 * `hasChanged`: whether this call closed the attempt or replaced its end.
 */
export async function closeAttempt(
  trx: Trx,
  attemptId: string,
  { outcome, traceId, responseId, failure, backOffMs }: AttemptEnd,
  now: number,
): Promise<{ jobId: string; hasChanged: boolean }> {
  const isPresumed = failure?.kind === PRESUMED;
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
      quiet_until: backOffMs === undefined ? null : now + backOffMs,
    })
    .where('attempt_id', '=', attemptId)
    .where(({ eb, or }) => or([eb('ended_at', 'is', null), ...(isPresumed ? [] : [eb('failure_kind', '=', PRESUMED)])]))
    .executeTakeFirstOrThrow();
  const { job_id } = await trx
    .selectFrom('attempts')
    .select('job_id')
    .where('attempt_id', '=', attemptId)
    .executeTakeFirstOrThrow();
  return { jobId: job_id, hasChanged: closed.numUpdatedRows === 1n };
}

export async function recentCalls(
  from: Kysely<Tables>,
  family: Family,
  windowMs: number,
  now: number,
): Promise<RecentCalls> {
  const { open, retries } = await countCalls(from, family);
  const started = await from
    .selectFrom('attempts')
    .select('started_at')
    .where('family', '=', family)
    .where('started_at', '>', now - windowMs)
    .where('started_at', '<=', now + windowMs)
    .orderBy('started_at')
    .execute();
  return {
    open,
    startedAgoMs: started.map((row) => now - row.started_at),
    backOffMs: Math.max(0, (await backOffUntil(from, family)) - now),
    retries,
  };
}

/** Calls in flight, and jobs that wait to retry theirs; of all families unless one is given. */
export async function countCalls(
  from: Kysely<Tables>,
  family?: Family,
): Promise<Pick<RecentCalls, 'open' | 'retries'>> {
  let open = from
    .selectFrom('attempts')
    .select(({ fn }) => fn.countAll<number>().as('calls'))
    .where('ended_at', 'is', null);
  if (family !== undefined) open = open.where('family', '=', family);
  const { calls } = await open.executeTakeFirstOrThrow();
  return { open: calls, retries: await countRetries(from, family) };
}

export async function recentCallMs(from: Kysely<Tables>, kind: string): Promise<number[]> {
  const calls = await latestAnswered(from).where('kind', '=', kind).execute();
  return calls.map((row) => row.ended_at - row.started_at);
}

export async function answeredCalls(from: Kysely<Tables>, family: Family): Promise<AnsweredCall[]> {
  const calls = await latestAnswered(from).where('family', '=', family).execute();
  return calls.map((row) => ({ kind: row.kind, ms: row.ended_at - row.started_at }));
}

function latestAnswered(from: Kysely<Tables>) {
  return from
    .selectFrom('attempts')
    .select(['kind', 'started_at', 'ended_at'])
    .where('outcome', '=', 'answered')
    .orderBy('started_at', 'desc')
    .limit(RECENT_CALLS)
    .$narrowType<{ ended_at: NotNull }>();
}
