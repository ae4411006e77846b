import type { Kysely } from 'kysely';
import type { Tables } from '../schema.ts';

/** Which worker makes a call, which workers live, and until when a back-off lasts. */
export async function up(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('workers')
    .addColumn('worker_id', 'text', (c) => c.primaryKey())
    .addColumn('places', 'integer', (c) => c.notNull())
    .addColumn('seen_at', 'bigint', (c) => c.notNull())
    .addColumn('unbroken_since', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema
    .alterTable('attempts')
    .addColumn('worker_id', 'text', (c) => c.notNull().defaultTo(''))
    .execute();
  await db.schema.alterTable('attempts').addColumn('quiet_until', 'bigint').execute();
  await db.schema
    .createIndex('attempts_quiet')
    .on('attempts')
    .column('quiet_until')
    .where('quiet_until', 'is not', null)
    .execute();
}
