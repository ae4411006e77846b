import { type Kysely, sql } from 'kysely';
import type { Tables } from '../schema.ts';

/** Finds the open calls and the back-offs of a family without reading all of its attempts, as each admission does. */
export async function up(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createIndex('attempts_open_by_family')
    .on('attempts')
    .columns(['family', 'ended_at'])
    .where(sql.ref('ended_at'), 'is', null)
    .execute();
  await db.schema
    .createIndex('attempts_back_off_by_family')
    .on('attempts')
    .columns(['family', 'quiet_until'])
    .where(sql.ref('quiet_until'), 'is not', null)
    .execute();
}
