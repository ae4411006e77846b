import type { Kysely } from 'kysely';
import type { Tables } from '../schema.ts';

/** Files that have to be deleted, recorded until they are gone, and jobs that their users deleted. */
export async function up(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('file_deletions')
    .addColumn('key', 'text', (c) => c.primaryKey())
    .addColumn('job_id', 'text')
    .addColumn('worker_id', 'text', (c) => c.notNull())
    .addColumn('due_at', 'bigint', (c) => c.notNull())
    .addColumn('tries', 'integer', (c) => c.notNull().defaultTo(0))
    .execute();
  await db.schema.createIndex('file_deletions_due').on('file_deletions').column('due_at').execute();
  await db.schema
    .createIndex('file_deletions_by_job')
    .on('file_deletions')
    .column('job_id')
    .where('job_id', 'is not', null)
    .execute();
  await db.schema
    .createTable('deleted_jobs')
    .addColumn('job_id', 'text', (c) => c.primaryKey())
    .addColumn('user_id', 'text', (c) => c.notNull())
    .addColumn('deleted_at', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('deleted_jobs_by_age').on('deleted_jobs').column('deleted_at').execute();
}
