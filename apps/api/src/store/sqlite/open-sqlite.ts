import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import Sqlite from 'better-sqlite3';
import { Kysely } from 'kysely';
import type { Database, Work } from '../shared/database.ts';
import { createListeners } from '../shared/listeners.ts';
import { migrate } from '../shared/migrate.ts';
import { createMigrations } from '../shared/migrations/migrations.ts';
import type { Tables } from '../shared/schema.ts';
import { StoreOpenError } from '../shared/store-open-error.ts';
import { TolerantSqliteDialect } from './sqlite-dialect.ts';

/**
 * The embedded database in `dataDir`, brought up to date, for one process on one clock. Every commit is on disk before it
 * answers. Rejects with StoreOpenError when the file is no database, or one of a newer version.
 */
export async function openSqlite(dataDir: string, clock: () => number = Date.now): Promise<Database> {
  mkdirSync(dataDir, { recursive: true });
  const file = sqliteFile(dataDir);
  if (!existsSync(file) && existsSync(movedFile(dataDir))) {
    throw new StoreOpenError(`${file} has moved to PostgreSQL: set DATABASE_URL (it is kept as ${movedFile(dataDir)})`);
  }
  const db = new Kysely<Tables>({ dialect: new TolerantSqliteDialect(openFile(file)) });
  try {
    await migrate(db, createMigrations('sqlite'), file);
  } catch (error) {
    await db.destroy();
    throw error;
  }
  const listeners = createListeners();

  async function transact<T>(work: Work<T>): Promise<T> {
    const changed = new Set<string>();
    const result = await db.transaction().execute((trx) => work(trx, async (jobId) => void changed.add(jobId)));
    for (const jobId of changed) listeners.tell(jobId);
    return result;
  }

  return {
    db,
    now: async () => clock(),
    transact,
    transactExclusive: (_, work) => transact(work), // the one connection does one transaction at a time
    hasConcurrentWriters: false,
    onChange: listeners.add,
    close: () => db.destroy(),
  };
}

export function sqliteFile(dataDir: string): string {
  return path.join(dataDir, 'darkroom.sqlite');
}

/** What a database is called that has moved: nobody may go on with it, since its waiting jobs are made elsewhere. */
export function movedFile(dataDir: string): string {
  return `${sqliteFile(dataDir)}.moved`;
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
