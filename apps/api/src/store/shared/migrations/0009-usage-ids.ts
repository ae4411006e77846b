import type { Kysely } from 'kysely';
import type { Tables } from '../schema.ts';

/** The id under which a caller has uploads counted, so that a retry does not count them twice. */
export async function up(db: Kysely<Tables>): Promise<void> {
  await db.schema.alterTable('orders').addColumn('usage_id', 'text').execute();
  await db.schema.createIndex('orders_by_usage_id').unique().on('orders').column('usage_id').execute();
}
