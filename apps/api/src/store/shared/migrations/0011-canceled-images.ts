import { type Kysely, sql } from 'kysely';
import type { Tables } from '../schema.ts';

/** Finds the canceled jobs that show images, of which some may still have to be stored, without reading all jobs. */
export async function up(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createIndex('jobs_failed_with_images')
    .on('jobs')
    .column('updated_at')
    .where(sql.ref('status'), '=', sql.lit('FAILED'))
    .where(sql.ref('arrived'), 'is not', null)
    .execute();
}
