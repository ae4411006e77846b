import type { Kysely } from 'kysely';
import type { Tables } from '../schema.ts';

/** A page of one user's jobs in one state, or for one star, costs the same however many others there are. */
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
