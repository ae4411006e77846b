import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { Tables } from '../schema.ts';
import type { Dialect } from './0001-jobs.ts';
import { postgresTriggers } from './0012-postgres-triggers.ts';
import { sqliteTriggers } from './0012-sqlite-triggers.ts';

const TRIGGERS: Record<Dialect, string[]> = { sqlite: sqliteTriggers, postgres: postgresTriggers };

/** Users of equal turn and age are taken in the order of their bytes, whatever the language of the database. */
const USER_ID = { sqlite: sql`text`, postgres: sql`text COLLATE "C"` } satisfies Record<Dialect, unknown>;

/**
 * One row for each user with waiting jobs of a family, in the order of the rotation. Triggers keep it, because processes
 * of the version before write to the migrated database during a rolling update and do not know of it.
 */
export function waitingUsers(dialect: Dialect): Migration {
  return { up: (db: Kysely<Tables>) => up(db, dialect) };
}

async function up(db: Kysely<Tables>, dialect: Dialect): Promise<void> {
  // SQLite migrates without a transaction, and repeats this after a kill.
  await db.schema
    .createTable('waiting_users')
    .ifNotExists()
    .addColumn('user_id', USER_ID[dialect], (c) => c.notNull())
    .addColumn('family', 'text', (c) => c.notNull())
    .addColumn('turn', 'bigint', (c) => c.notNull())
    .addColumn('oldest_at', 'bigint', (c) => c.notNull())
    .addColumn('oldest_job', 'text', (c) => c.notNull())
    .addColumn('newest_at', 'bigint', (c) => c.notNull())
    .addColumn('jobs', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('waiting_users_key', ['user_id', 'family'])
    .execute();
  await db.schema
    .createIndex('waiting_users_in_order')
    .ifNotExists()
    .on('waiting_users')
    .columns(['family', 'turn', 'oldest_at', 'user_id'])
    .execute();
  // Before the rows: creating a trigger waits for open writes, and holds up further ones until the migration commits.
  for (const trigger of TRIGGERS[dialect]) await sql.raw(trigger).execute(db);
  await db.deleteFrom('waiting_users').execute();
  await sql`
    INSERT INTO waiting_users (user_id, family, turn, oldest_at, oldest_job, newest_at, jobs)
    SELECT user_id, family,
      coalesce((SELECT turn FROM turns WHERE turns.user_id = jobs.user_id), 0),
      min(created_at),
      (SELECT job_id FROM jobs AS oldest
        WHERE status = 'PENDING' AND oldest.family = jobs.family AND oldest.user_id = jobs.user_id
        ORDER BY created_at, job_id LIMIT 1),
      max(created_at), count(*)
    FROM jobs WHERE status = 'PENDING' GROUP BY family, user_id`.execute(db);
}
