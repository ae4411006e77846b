import type { Kysely } from 'kysely';
import type { Tables } from '../schema.ts';

/** Keeps the cost of one page of a user's jobs, by status or by star, independent of the number of other jobs. */
export async function up(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createIndex('jobs_by_user_status')
    .on('jobs')
    .columns(['user_id', 'status', 'created_at', 'job_id'])
    .execute();
  await db.schema
    .createIndex('jobs_by_user_star')
    .on('jobs')
    .columns(['user_id', 'star_id', 'created_at', 'job_id'])
    .where('star_id', 'is not', null)
    .execute();
}
