import { mkdirSync } from 'node:fs';
import path from 'node:path';
import Sqlite from 'better-sqlite3';
import { StoreOpenError } from './store-open-error.ts';

/**
 * Makes this process the only one on a data folder until it ends, however it ends: the lock is SQLite's own lock on a file
 * of its own, which the operating system frees with the process. The main database stays readable for backups.
 */
export function lockDataDir(dataDir: string): { release(): void } {
  let lock: Sqlite.Database | undefined;
  try {
    mkdirSync(dataDir, { recursive: true });
    lock = new Sqlite(path.join(dataDir, 'darkroom.lock'), { timeout: 0 });
    lock.pragma('journal_mode = DELETE');
    lock.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    lock?.close();
    throw new StoreOpenError(`DATA_DIR ${dataDir} ${describe(cause)}`, { cause });
  }
  const held = lock;
  return { release: () => held.close() };
}

function describe(cause: unknown): string {
  const isHeld = cause instanceof Error && 'code' in cause && cause.code === 'SQLITE_BUSY';
  if (isHeld) return 'is in use by another Darkroom process';
  return `cannot be written: ${cause instanceof Error ? cause.message : cause}`;
}
