import { mkdirSync } from 'node:fs';
import path from 'node:path';
import Sqlite from 'better-sqlite3';
import { Kysely, SqliteDialect } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import * as jobs from './migrations/0001-jobs.ts';
import type { Tables } from './schema.ts';

const MIGRATIONS: Record<string, Migration> = {
  '0001-jobs': jobs,
};

/** A reason not to start, in one line for the operator. */
export class StoreOpenError extends Error {
  override readonly name = 'StoreOpenError';
}

/** The embedded database in `dataDir`, brought up to date. Every commit is on disk before it answers. */
export async function openSqlite(dataDir: string): Promise<Kysely<Tables>> {
  mkdirSync(dataDir, { recursive: true });
  const file = path.join(dataDir, 'darkroom.sqlite');
  const sqlite = new Sqlite(file);
  sqlite.pragma('journal_mode = WAL');
  sqlite.pragma('synchronous = FULL');
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: sqlite }) });
  const migrator = new Migrator({ db, provider: { getMigrations: async () => MIGRATIONS } });
  const { error } = await migrator.migrateToLatest();
  if (error) {
    await db.destroy();
    throw new StoreOpenError(`${file} cannot be brought up to date: ${error instanceof Error ? error.message : error}`);
  }
  return db;
}
