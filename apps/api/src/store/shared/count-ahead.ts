import { type Kysely, sql } from 'kysely';
import { type Family, familyOf } from '../../job/model-family.ts';
import type { StoredJob } from '../../job/stored-job.ts';
import { PENDING } from './choose-next.ts';
import type { Tables } from './schema.ts';

/**
 * For each job, by its id, the number of jobs of its family that start before it if nothing changes. Each round of the
 * rotation starts one job per user, so a job with `older` jobs of its own user before it waits for that many whole
 * rounds and for the users who come earlier in the rotation. Reads two statements for each user and family.
 */
export async function countAhead(db: Kysely<Tables>, jobs: StoredJob[]): Promise<Map<string, number>> {
  const ahead = new Map<string, number>();
  const groups = Map.groupBy(jobs, ({ userId, request }) => `${familyOf(request.model)} ${userId}`);
  for (const [first, ...others] of groups.values()) {
    if (!first) continue;
    const { userId } = first;
    const family = familyOf(first.request.model);
    const own = [first, ...others];
    const older = await countOlder(db, family, userId, own);
    const users = await countUsers(db, family, userId);
    for (const { jobId } of own) ahead.set(jobId, countBefore(users, older.get(jobId) ?? 0));
  }
  return ahead;
}

interface UserCount {
  /** Waiting jobs of each of these users. */
  waiting: number;
  users: number;
  /** How many of the users come earlier in the rotation. */
  earlier: number;
}

/** Jobs of the `older` rounds before, and of the users whose turn comes earlier in the round of the job. */
function countBefore(counts: UserCount[], older: number): number {
  let jobs = 0;
  for (const { waiting, users, earlier } of counts) {
    jobs += users * Math.min(waiting, older);
    if (waiting > older) jobs += earlier;
  }
  return jobs;
}

/** Users with waiting jobs of the family, by how many they have. One scan of their rows, not of their jobs. */
async function countUsers(db: Kysely<Tables>, family: Family, userId: string): Promise<UserCount[]> {
  const isEarlier = sql<boolean>`(waiting_users.turn, waiting_users.oldest_at, waiting_users.user_id)
    < (own.turn, own.oldest_at, own.user_id)`;
  return db
    .selectFrom('waiting_users')
    .leftJoin('waiting_users as own', (on) =>
      on.onRef('own.family', '=', 'waiting_users.family').on('own.user_id', '=', userId),
    )
    .select(({ fn }) => [
      'waiting_users.jobs as waiting',
      fn.countAll<number>().as('users'),
      sql<number>`count(CASE WHEN ${isEarlier} THEN 1 END)`.as('earlier'),
    ])
    .where('waiting_users.family', '=', family)
    .groupBy('waiting_users.jobs')
    .execute();
}

/** For each of the jobs that still waits, how many jobs of the same user and family are older. */
async function countOlder(
  db: Kysely<Tables>,
  family: Family,
  userId: string,
  jobs: StoredJob[],
): Promise<Map<string, number>> {
  const newest = Math.max(...jobs.map(({ createdAt }) => createdAt));
  const jobIds = jobs.map(({ jobId }) => jobId);
  const rows = await db
    .selectFrom(({ selectFrom }) =>
      selectFrom('jobs')
        .select(['job_id', sql<number>`row_number() OVER (ORDER BY created_at, job_id) - 1`.as('older')])
        .where('status', '=', PENDING)
        .where('family', '=', family)
        .where('user_id', '=', userId)
        .where('created_at', '<=', newest)
        .as('own'),
    )
    .select(['job_id', 'older'])
    .where('job_id', 'in', jobIds)
    .execute();
  return new Map(rows.map((row) => [row.job_id, row.older]));
}
