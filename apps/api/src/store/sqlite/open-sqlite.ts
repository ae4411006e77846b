import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import Sqlite from 'better-sqlite3';
import { Kysely } from 'kysely';
import type { Clock } from '../../clock.ts';
import type { Database, Work } from '../shared/database.ts';
import { createGroupCommit } from '../shared/group-commit.ts';
import { createListeners } from '../shared/listeners.ts';
import { migrate } from '../shared/migrate.ts';
import { createMigrations } from '../shared/migrations/migrations.ts';
import type { Tables } from '../shared/schema.ts';
import { StoreOpenError } from '../shared/store-open-error.ts';
import { TolerantSqliteDialect } from './sqlite-dialect.ts';

/**
 * Opens the embedded database in `dataDir` and migrates it, for one process with one clock. Every commit is on disk
 * before it resolves. Rejects with StoreOpenError when the file is not a database, or was written by a newer version.
 */
export async function openSqlite(dataDir: string, clock: Pick<Clock, 'now'>): Promise<Database> {
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
    for (const jobId of changed) listeners.notify(jobId);
    return result;
  }

  const admit = createGroupCommit(transact);

  return {
    db,
    now: async () => clock.now(),
    transact,
    // The only connection runs one transaction at a time.
    transactExclusive: (mutex, work) => (mutex === 'admission' ? admit(work) : transact(work)),
    hasConcurrentWriters: false,
    onChange: listeners.add,
    close: () => db.destroy(),
  };
}

export function sqliteFile(dataDir: string): string {
  return path.join(dataDir, 'darkroom.sqlite');
}

/** File of a database that has moved to PostgreSQL. It must not be used again: its waiting jobs run elsewhere. */
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
