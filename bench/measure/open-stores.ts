/**
 * The stores as the API opens them, and databases with many rows. The only file of the bench that imports the API's
 * sources.
 */
import { mkdirSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { type Dialect, Kysely, PostgresDialect, SqliteDialect, sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import pg from 'pg';
import { systemClock } from '../../apps/api/src/clock.ts';
import type { JobStore } from '../../apps/api/src/store/job-store.ts';
import { openPostgres } from '../../apps/api/src/store/postgres/open-postgres.ts';
import type { Database } from '../../apps/api/src/store/shared/database.ts';
import { createMigrations } from '../../apps/api/src/store/shared/migrations/migrations.ts';
import type { Tables } from '../../apps/api/src/store/shared/schema.ts';
import { createSqlJobStore } from '../../apps/api/src/store/shared/sql-job-store.ts';
import { openSqlite, sqliteFile } from '../../apps/api/src/store/sqlite/open-sqlite.ts';

/**
 * The schema that the rows are written in. Later versions migrate them when they open the database, as they do with
 * those of a real deployment.
 */
const FILLED_VERSION = '0011-canceled-images';

export interface OpenStore {
  jobs: JobStore;
  close(): Promise<void>;
}

/** Opening migrates. */
export async function openSqliteStore(dataDir: string): Promise<OpenStore> {
  return openStore(await openSqlite(dataDir, systemClock));
}

/** Opening migrates. */
export async function openPostgresStore(url: string): Promise<OpenStore> {
  return openStore(await openPostgres(url, systemClock));
}

const openStore = (database: Database): OpenStore => ({ jobs: createSqlJobStore(database), close: database.close });

/** Creates the database in an empty data folder and runs the statements. */
export async function fillSqlite(dataDir: string, statements: readonly string[]): Promise<void> {
  mkdirSync(dataDir, { recursive: true });
  const database = new Sqlite(sqliteFile(dataDir));
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = OFF'); // of these rows only: the service sets its own
  await fill('sqlite', new SqliteDialect({ database }), statements);
  await (await openSqliteStore(dataDir)).close();
}

/** The same with an empty PostgreSQL database, and lets it count its rows as autovacuum would. */
export async function fillPostgres(url: string, statements: readonly string[]): Promise<void> {
  const dialect = () => new PostgresDialect({ pool: new pg.Pool({ connectionString: url, max: 2 }) });
  await fill('postgres', dialect(), statements);
  await (await openPostgresStore(url)).close();
  const db = new Kysely<Tables>({ dialect: dialect() });
  await sql`VACUUM ANALYZE`.execute(db);
  await db.destroy();
}

async function fill(of: 'sqlite' | 'postgres', dialect: Dialect, statements: readonly string[]): Promise<void> {
  const db = new Kysely<Tables>({ dialect });
  try {
    const migrator = new Migrator({ db, provider: { getMigrations: async () => createMigrations(of) } });
    const { error } = await migrator.migrateTo(FILLED_VERSION);
    if (error) throw error;
    for (const statement of statements) await sql.raw(statement).execute(db);
  } finally {
    await db.destroy();
  }
}
