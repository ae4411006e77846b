import { mkdirSync } from 'node:fs';
import path from 'node:path';
import Sqlite from 'better-sqlite3';
import { Kysely, sql } from 'kysely';
import { DEFAULT_MIGRATION_TABLE, type Migration, Migrator } from 'kysely/migration';
import * as jobs from './migrations/0001-jobs.ts';
import * as pings from './migrations/0002-pings.ts';
import type { Tables } from './schema.ts';
import { TolerantSqliteDialect } from './tolerant-sqlite-dialect.ts';

const MIGRATIONS: Record<string, Migration> = {
  '0001-jobs': jobs,
  '0002-pings': pings,
};

/** A reason not to start, in one line for the operator. */
export class StoreOpenError extends Error {
  override readonly name = 'StoreOpenError';
}

/**
 * The embedded database in `dataDir`, brought up to date. Every commit is on disk before it answers. Rejects with
 * StoreOpenError when the file is no database, or one of a newer version.
 */
export async function openSqlite(dataDir: string): Promise<Kysely<Tables>> {
  mkdirSync(dataDir, { recursive: true });
  const file = path.join(dataDir, 'darkroom.sqlite');
  const sqlite = openFile(file);
  const db = new Kysely<Tables>({ dialect: new TolerantSqliteDialect(sqlite) });
  const migrator = new Migrator({ db, provider: { getMigrations: async () => MIGRATIONS } });
  const { error } = await migrator.migrateToLatest();
  if (error) {
    const newer = await newerMigration(db).catch(() => undefined);
    await db.destroy();
    throw new StoreOpenError(
      newer === undefined
        ? `${file} cannot be brought up to date: ${error instanceof Error ? error.message : error}`
        : `${file} cannot be brought up to date: a newer version of Darkroom has written it (${newer})`,
    );
  }
  return db;
}

function openFile(file: string): Sqlite.Database {
  let sqlite: Sqlite.Database | undefined;
  try {
    sqlite = new Sqlite(file);
    sqlite.pragma('journal_mode = WAL');
    sqlite.pragma('synchronous = FULL');
    return sqlite;
  } catch (cause) {
    sqlite?.close();
    throw new StoreOpenError(`${file} cannot be opened: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}

/** A step that the database has taken and this version does not know. */
async function newerMigration(db: Kysely<Tables>): Promise<string | undefined> {
  const { rows } = await sql<{ name: string }>`SELECT name FROM ${sql.table(DEFAULT_MIGRATION_TABLE)}`.execute(db);
  return rows.find(({ name }) => !(name in MIGRATIONS))?.name;
}
