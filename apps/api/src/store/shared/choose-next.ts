import { type Kysely, sql } from 'kysely';
import { type Family, familyOf } from '../../job/model-family.ts';
import type { StoredJob } from '../../job/stored-job.ts';
import type { Trx } from './database.ts';
import type { Tables } from './schema.ts';

// Literals, not parameters: SQLite uses a partial index only if it can see the condition.
export const PENDING = sql.lit('PENDING');
export const PROCESSING = sql.lit('PROCESSING');

/** The retry of the family that has been due longest, if any. */
export async function selectDueRetry(trx: Trx, family: Family, now: number): Promise<string | undefined> {
  const row = await trx
    .selectFrom('jobs')
    .select('job_id')
    .where('status', '=', PROCESSING)
    .where('family', '=', family)
    .where('repeat_at', '<=', now)
    .orderBy('repeat_at')
    .limit(1)
    .executeTakeFirst();
  return row?.job_id;
}

/** When the next retry is due, in milliseconds since the epoch; null when no job of the family waits to retry. */
export async function nextRetryAt(trx: Trx, family: Family): Promise<number | null> {
  const row = await trx
    .selectFrom('jobs')
    .select(({ fn }) => fn.min('repeat_at').as('at'))
    .where('status', '=', PROCESSING)
    .where('family', '=', family)
    .executeTakeFirst();
  return row?.at == null ? null : row.at;
}

/** Jobs that wait to retry their calls; of all families unless one is given. */
export async function countRetries(from: Kysely<Tables>, family?: Family): Promise<number> {
  let retries = from
    .selectFrom('jobs')
    .select(({ fn }) => fn.countAll<number>().as('jobs'))
    .where('status', '=', PROCESSING)
    .where('repeat_at', 'is not', null);
  if (family !== undefined) retries = retries.where('family', '=', family);
  return (await retries.executeTakeFirstOrThrow()).jobs;
}

interface WaitingUser {
  user_id: string;
  waiting: number;
  oldest: number;
  turn: number;
}

/** Users with waiting jobs of the family in rotation order: the user served longest ago (or never) comes first. */
async function waitingUsers(db: Kysely<Tables>, family: Family, notBefore = 0): Promise<WaitingUser[]> {
  const rows = await db
    .selectFrom('jobs')
    .leftJoin('turns', 'turns.user_id', 'jobs.user_id')
    .select(({ fn }) => [
      'jobs.user_id',
      fn.countAll<number>().as('waiting'),
      fn.min('jobs.created_at').as('oldest'),
      fn.coalesce(fn.min('turns.turn'), sql.lit(0)).as('turn'),
    ])
    .where('jobs.status', '=', PENDING)
    .where('jobs.family', '=', family)
    .where('jobs.created_at', '>=', notBefore)
    .groupBy('jobs.user_id')
    .execute();
  return rows.sort((a, b) => a.turn - b.turn || a.oldest - b.oldest || (a.user_id < b.user_id ? -1 : 1));
}

/** The oldest waiting job of the family by the user who is next in the rotation. */
export async function selectWaitingJob(trx: Trx, family: Family, notBefore: number): Promise<string | undefined> {
  const [user] = await waitingUsers(trx, family, notBefore);
  if (!user) return undefined;
  const row = await trx
    .selectFrom('jobs')
    .select('job_id')
    .where('status', '=', PENDING)
    .where('family', '=', family)
    .where('user_id', '=', user.user_id)
    .where('created_at', '>=', notBefore)
    .orderBy('created_at')
    .orderBy('job_id')
    .limit(1)
    .executeTakeFirst();
  return row?.job_id;
}

/** Whether the chosen job may still start: with concurrent writers it may have been given up since it was chosen. */
export function isDue({ state, createdAt }: StoredJob, now: number, notBefore: number): boolean {
  if (state.status === 'PENDING') return createdAt >= notBefore;
  if (state.status !== 'PROCESSING' || state.stage !== 'generating') return false;
  return state.retryAt !== null && state.retryAt <= now;
}

/** Moves the user to the end of the rotation. */
export async function rotateUser(trx: Trx, userId: string): Promise<void> {
  const last = await trx
    .selectFrom('turns')
    .select(({ fn }) => fn.max('turn').as('turn'))
    .executeTakeFirst();
  const turn = (last?.turn ?? 0) + 1;
  await trx
    .insertInto('turns')
    .values({ user_id: userId, turn })
    .onConflict((conflict) => conflict.column('user_id').doUpdateSet({ turn }))
    .execute();
}

/**
 * Number of jobs of its family that start before this one if nothing changes. Each round of the rotation starts one job
 * per user, so a job with `older` jobs of its own user before it waits for that many whole rounds and for the users who
 * come earlier in the rotation.
 */
export async function countAhead(db: Kysely<Tables>, job: StoredJob): Promise<number> {
  const family = familyOf(job.request.model);
  const users = await waitingUsers(db, family);
  const own = await db
    .selectFrom('jobs')
    .select(({ fn }) => fn.countAll<number>().as('older'))
    .where('status', '=', PENDING)
    .where('family', '=', family)
    .where('user_id', '=', job.userId)
    .where(({ eb, refTuple, tuple }) => eb(refTuple('created_at', 'job_id'), '<', tuple(job.createdAt, job.jobId)))
    .executeTakeFirstOrThrow();
  const older = own.older;
  const position = users.findIndex((user) => user.user_id === job.userId);
  let ahead = older;
  for (const [index, user] of users.entries()) {
    if (user.user_id !== job.userId) ahead += Math.min(user.waiting, older + (index < position ? 1 : 0));
  }
  return ahead;
}
