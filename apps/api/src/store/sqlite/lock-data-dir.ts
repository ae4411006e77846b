import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import Sqlite from 'better-sqlite3';
import { StoreOpenError } from '../shared/store-open-error.ts';
import { sqliteFile } from './open-sqlite.ts';

/** Wait for a backup that reads the database: it may be about to finish. */
const PROBE_WITHIN_MS = 2_000;

/**
 * Makes this process the only one that uses a data folder until it ends, in whatever way. The lock is SQLite's own lock
 * on a separate file; the operating system releases it with the process. The main database stays readable for backups.
 */
export function lockDataDir(dataDir: string): { release(): void } {
  let lock: Sqlite.Database | undefined;
  try {
    mkdirSync(dataDir, { recursive: true });
    const file = path.join(dataDir, 'darkroom.lock');
    if (!existsSync(file) && isOpenElsewhere(sqliteFile(dataDir))) throw new LockRemovedError();
    lock = new Sqlite(file, { timeout: 0 });
    lock.pragma('journal_mode = DELETE');
    lock.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    lock?.close();
    throw new StoreOpenError(`DATA_DIR ${dataDir} ${describe(cause)}`, { cause });
  }
  const openLock = lock;
  return { release: () => openLock.close() };
}

class LockRemovedError extends Error {}

/**
 * A missing lock file cannot tell whether another process runs, but every process that has the database open holds
 * SQLite's own lock on it. Checked only in this case: a backup or a shell holds that lock as well, and must not prevent
 * a restart.
 */
function isOpenElsewhere(file: string): boolean {
  if (!existsSync(file)) return false;
  const probe = new Sqlite(file, { timeout: PROBE_WITHIN_MS });
  try {
    probe.pragma('locking_mode = EXCLUSIVE');
    probe.prepare('SELECT count(*) FROM sqlite_schema').get();
    return false;
  } catch (error) {
    // Any other fault is reported when the database is opened.
    return error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY');
  } finally {
    probe.close();
  }
}

function describe(cause: unknown): string {
  if (cause instanceof LockRemovedError) {
    return 'is in use by another process: darkroom.lock was removed while darkroom.sqlite is open (end that process; a backup or shell counts)';
  }
  const isHeld = cause instanceof Error && 'code' in cause && cause.code === 'SQLITE_BUSY';
  if (isHeld) return 'is in use by another Darkroom process';
  return `cannot be written: ${cause instanceof Error ? cause.message : cause}`;
}
