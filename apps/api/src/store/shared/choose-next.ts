import { type Kysely, sql } from 'kysely';
import type { Family } from '../../job/model-family.ts';
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

/**
 * The oldest waiting job of the family by the user who is next in the rotation: the user served longest ago (or never)
 * comes first, then the one whose job is oldest. Jobs from before `notBefore` are left to expire.
 */
export async function selectWaitingJob(trx: Trx, family: Family, notBefore: number): Promise<string | undefined> {
  const next = await usersInTurn(trx, family).limit(1).executeTakeFirst();
  if (!next || next.oldest_at >= notBefore) return next?.oldest_job;
  return selectUnexpiredJob(trx, family, notBefore);
}

/** Users with waiting jobs in rotation order, which is the order of an index. */
function usersInTurn(trx: Trx, family: Family) {
  return (
    trx
      .selectFrom('waiting_users')
      .select(['user_id', 'turn', 'oldest_at', 'oldest_job'])
      .where('family', '=', family)
      // A row that is wrong all the same must not be chosen again and again. No join, which could change the plan.
      .where(
        ({ selectFrom }) => selectFrom('jobs').select('status').whereRef('job_id', '=', 'waiting_users.oldest_job'),
        '=',
        PENDING,
      )
      .orderBy('turn')
      .orderBy('oldest_at')
      .orderBy('user_id')
  );
}

/**
 * The same choice while a job at the head of the rotation is too old, until expiry has ended it. Passes over the rows of
 * users who have such jobs only, and reads the jobs of those who have others as well.
 */
async function selectUnexpiredJob(trx: Trx, family: Family, notBefore: number): Promise<string | undefined> {
  const users = usersInTurn(trx, family).where('newest_at', '>=', notBefore);
  const first = await users.limit(1).executeTakeFirst();
  if (!first) return undefined;
  const ofTurn = users.where('turn', '=', first.turn);
  const withoutOld = await ofTurn.where('oldest_at', '>=', notBefore).limit(1).execute();
  const withOld = await ofTurn.where('oldest_at', '<', notBefore).execute();
  const candidates = withoutOld.map((user) => ({ user_id: user.user_id, oldest: user.oldest_at }));
  for (let at = 0; at < withOld.length; at += USERS_AT_ONCE) {
    const userIds = withOld.slice(at, at + USERS_AT_ONCE).map((user) => user.user_id);
    const oldest = await unexpiredJobs(trx, family, notBefore)
      .select(({ fn }) => ['user_id', fn.min('created_at').as('oldest')])
      .where('user_id', 'in', userIds)
      .groupBy('user_id')
      .execute();
    candidates.push(...oldest);
  }
  const [next] = candidates.sort((a, b) => a.oldest - b.oldest || (a.user_id < b.user_id ? -1 : 1));
  if (!next) return undefined;
  const job = await unexpiredJobs(trx, family, notBefore)
    .select('job_id')
    .where('user_id', '=', next.user_id)
    .orderBy('created_at')
    .orderBy('job_id')
    .limit(1)
    .executeTakeFirst();
  return job?.job_id;
}

/** Users per statement, which has a parameter for each. */
const USERS_AT_ONCE = 500;

function unexpiredJobs(trx: Trx, family: Family, notBefore: number) {
  return trx
    .selectFrom('jobs')
    .where('status', '=', PENDING)
    .where('family', '=', family)
    .where('created_at', '>=', notBefore);
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
