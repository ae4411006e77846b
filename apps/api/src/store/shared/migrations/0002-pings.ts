import type { Kysely } from 'kysely';
import type { Tables } from '../schema.ts';

/** One row that is written to check whether the database accepts writes. */
export async function up(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('pings')
    .addColumn('ping_id', 'integer', (c) => c.primaryKey())
    .addColumn('pinged_at', 'bigint', (c) => c.notNull())
    .execute();
}
