import { type Kysely, sql } from 'kysely';
import type { Tables } from '../schema.ts';

/**
 * The model family of jobs, calls and slots, whose budgets are separate, and the images of a streamed answer that have
 * arrived. Rows from before belong to the only family there was.
 */
export async function up(db: Kysely<Tables>): Promise<void> {
  for (const table of ['jobs', 'attempts']) {
    await db.schema
      .alterTable(table)
      .addColumn('family', 'text', (c) => c.notNull().defaultTo('image-01'))
      .execute();
  }
  await db.schema.alterTable('jobs').addColumn('arrived', 'integer').execute();
  await db.schema.alterTable('workers').addColumn('slots', 'text').execute();
  await db.schema.createIndex('attempts_by_family').on('attempts').columns(['family', 'started_at']).execute();
  await db.schema
    .createIndex('jobs_waiting_by_family')
    .on('jobs')
    .columns(['family', 'user_id', 'created_at', 'job_id'])
    .where(sql.ref('status'), '=', sql.lit('PENDING'))
    .execute();
}
