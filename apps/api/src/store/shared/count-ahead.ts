import { type Kysely, sql } from 'kysely';
import { type Family, familyOf } from '../../job/model-family.ts';
import type { StoredJob } from '../../job/stored-job.ts';
import { PENDING } from './choose-next.ts';
import type { Tables } from './schema.ts';

/**
 * For each job, by its id, the number of jobs of its family that start before it if nothing changes. Each round of the
 * rotation starts one job per user, so a job with `older` jobs of its own user before it waits for that many whole
 * rounds and for the users who come earlier in the rotation. Three statements for each user and family.
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

/**
 * Users with waiting jobs of the family, by how many they have, and how many of them come before this user. Reads all
 * rows in their stored order, which is several times as fast as in the order of an index: hence the expression.
 */
async function countUsers(db: Kysely<Tables>, family: Family, userId: string): Promise<UserCount[]> {
  const own = await db
    .selectFrom('waiting_users')
    .select(['turn', 'oldest_at'])
    .where('user_id', '=', userId)
    .where('family', '=', family)
    .executeTakeFirst();
  const { turn, oldest_at } = own ?? { turn: -1, oldest_at: 0 }; // its last job has just started: nobody is earlier
  return db
    .selectFrom('waiting_users')
    .select(({ fn, eb, refTuple, tuple }) => [
      'jobs as waiting',
      fn.countAll<number>().as('users'),
      fn
        .count<number>(
          eb
            .case()
            .when(refTuple('turn', 'oldest_at', 'user_id'), '<', tuple(turn, oldest_at, userId))
            .then(sql.lit(1))
            .end(),
        )
        .as('earlier'),
    ])
    .where(({ fn }) => fn.coalesce('family', sql.lit('')), '=', family)
    .groupBy('jobs')
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
