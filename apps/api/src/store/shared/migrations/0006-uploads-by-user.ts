import type { Kysely } from 'kysely';
import type { Tables } from '../schema.ts';

/** Lets the index alone answer how many bytes one user's uploads take. */
export async function up(db: Kysely<Tables>): Promise<void> {
  await db.schema.createIndex('uploads_by_user').on('uploads').columns(['user_id', 'created_at', 'bytes']).execute();
}
