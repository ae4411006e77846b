import type { Kysely } from 'kysely';
import type { Tables } from '../schema.ts';

/** The further uploads of a request that names several. Rows from before name one at most, in `jobs.upload_id`. */
export async function up(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('job_uploads')
    .addColumn('job_id', 'text', (c) => c.notNull())
    .addColumn('upload_id', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('job_uploads_key', ['job_id', 'upload_id'])
    .execute();
  await db.schema.createIndex('job_uploads_by_upload').on('job_uploads').column('upload_id').execute();
}
