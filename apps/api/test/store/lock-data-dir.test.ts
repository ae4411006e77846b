import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import Sqlite from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { getOrCreateSecret } from '../../src/store/shared/secrets.ts';
import { StoreOpenError } from '../../src/store/shared/store-open-error.ts';
import { lockDataDir } from '../../src/store/sqlite/lock-data-dir.ts';
import { openSqlite } from '../../src/store/sqlite/open-sqlite.ts';
import { temporaryFolder } from '../temporary-folder.ts';

test('locks a data folder for one owner until it is released', async () => {
  const dir = path.join(await temporaryFolder(), 'made', 'if', 'missing');
  const lock = lockDataDir(dir);
  expect(() => lockDataDir(dir)).toThrow(StoreOpenError);
  expect(() => lockDataDir(dir)).toThrow(/^DATA_DIR .+ is in use by another Darkroom process$/);
  lock.release();
  lockDataDir(dir).release();
});

test('allows a backup to read a locked folder', async () => {
  const dir = await temporaryFolder();
  const lock = lockDataDir(dir);
  const database = await openSqlite(dir, systemClock);
  onTestFinished(async () => {
    await database.close();
    lock.release();
  });
  const backup = new Sqlite(path.join(dir, 'darkroom.sqlite'), { readonly: true });
  onTestFinished(() => void backup.close());
  expect(backup.prepare('SELECT count(*) FROM jobs').pluck().get()).toBe(0);
  expect(backup.pragma('journal_mode', { simple: true })).toBe('wal');
});

test('stops the start with one line for a database of a newer version', async () => {
  const dir = await temporaryFolder();
  await (await openSqlite(dir, systemClock)).close();
  const database = new Sqlite(path.join(dir, 'darkroom.sqlite'));
  database.exec(`INSERT INTO kysely_migration (name, timestamp) VALUES ('9999-later', '2030-01-01')`);
  database.close();
  await expect(openSqlite(dir, systemClock)).rejects.toThrow(StoreOpenError);
  await expect(openSqlite(dir, systemClock)).rejects.toThrow(
    /^[^\n]+cannot be brought up to date: a newer version of Darkroom has written it \(9999-later\)$/,
  );
});

test('stops the start with one line for a file that is not a database', async () => {
  const dir = await temporaryFolder();
  await writeFile(path.join(dir, 'darkroom.sqlite'), 'no database at all'.repeat(1_000));
  await expect(openSqlite(dir, systemClock)).rejects.toThrow(StoreOpenError);
  await expect(openSqlite(dir, systemClock)).rejects.toThrow(
    /^[^\n]+darkroom\.sqlite cannot be opened: file is not a database$/,
  );
});

test('reports a data folder that cannot be created as such and not as in use', async () => {
  const file = path.join(await temporaryFolder(), 'a-file');
  await writeFile(file, '');
  expect(() => lockDataDir(path.join(file, 'data'))).toThrow(StoreOpenError);
  expect(() => lockDataDir(path.join(file, 'data'))).toThrow(/^DATA_DIR \S+ cannot be written: [^\n]+$/);
});

test('creates a secret once for the life of the database', async () => {
  const dir = await temporaryFolder();
  const first = await openSqlite(dir, systemClock);
  expect(await getOrCreateSecret(first.db, 'links', () => 'one')).toBe('one');
  expect(await getOrCreateSecret(first.db, 'links', () => 'two')).toBe('one');
  expect(await getOrCreateSecret(first.db, 'other', () => 'three')).toBe('three');
  await first.close();
  const second = await openSqlite(dir, systemClock);
  onTestFinished(second.close);
  expect(await getOrCreateSecret(second.db, 'links', () => 'four')).toBe('one');
});

describe('a removed lock file', () => {
  test('does not admit another process while the database is open, and is not created again by it', async () => {
    const dir = await temporaryFolder();
    const lock = lockDataDir(dir);
    const database = await openSqlite(dir, systemClock);
    await getOrCreateSecret(database.db, 'links', () => 'one'); // so that the WAL is not empty
    await rm(path.join(dir, 'darkroom.lock'));
    for (let starts = 0; starts < 2; starts++) {
      const started = await startElsewhere(dir);
      expect(started).toMatch(/^DATA_DIR \S+ is in use by another process: darkroom.lock was removed/);
    }
    expect(await getOrCreateSecret(database.db, 'links', () => 'two')).toBe('one');
    await database.close();
    lock.release();
    expect(await startElsewhere(dir)).toBe('locked');
  });

  test('is irrelevant while there is no other process', async () => {
    const dir = await temporaryFolder();
    lockDataDir(dir).release();
    await (await openSqlite(dir, systemClock)).close();
    await rm(path.join(dir, 'darkroom.lock'));
    lockDataDir(dir).release();
  });

  test('starts while a shell has the database open and the lock file exists', async () => {
    const dir = await temporaryFolder();
    lockDataDir(dir).release();
    await (await openSqlite(dir, systemClock)).close();
    const shell = new Sqlite(path.join(dir, 'darkroom.sqlite'), { readonly: true });
    onTestFinished(() => void shell.close());
    shell.prepare('SELECT count(*) FROM jobs').get();
    expect(await startElsewhere(dir)).toBe('locked');
  });
});

/** Locks in a separate process, because these locks do not exclude their own process. */
async function startElsewhere(dir: string): Promise<string> {
  const source = new URL('../../src/store/sqlite/lock-data-dir.ts', import.meta.url);
  const script = `import { lockDataDir } from ${JSON.stringify(source.href)};
    try { lockDataDir(${JSON.stringify(dir)}).release(); console.log('locked'); } catch (error) { console.log(error.message); }`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script]);
  return stdout.trim();
}
