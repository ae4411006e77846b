import type { Kysely } from 'kysely';
import type { Tables } from '../schema.ts';

/** What a counted request costs. Null, in rows of a version that does not know it, means the price of image-01. */
export async function up(db: Kysely<Tables>): Promise<void> {
  await db.schema.alterTable('orders').addColumn('units', 'integer').execute();
}
