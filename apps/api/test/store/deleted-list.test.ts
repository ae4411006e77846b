import { appendFile, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { openDeletedList } from '../../src/store/sqlite/deleted-list.ts';
import { openSqlite } from '../../src/store/sqlite/open-sqlite.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const JOB = '123e4567-e89b-42d3-a456-426614174000';
const OTHER = '223e4567-e89b-42d3-a456-426614174000';
const row = (job_id: string) => ({ job_id, user_id: 'a user', deleted_at: 1_000 });

async function openDatabase() {
  const database = await openSqlite(await temporaryFolder(), systemClock);
  onTestFinished(database.close);
  return database.db;
}

const rowsOf = (db: Awaited<ReturnType<typeof openDatabase>>) =>
  db.selectFrom('deleted_jobs').selectAll().orderBy('job_id').execute();

test('applies the list of deletions to a database restored from an earlier backup', async () => {
  const dir = await temporaryFolder();
  const list = await openDeletedList(dir, await openDatabase(), 0);
  await list.add(row(JOB));
  await list.add(row(OTHER));
  const restored = await openDatabase();
  await openDeletedList(dir, restored, 0);
  expect(await rowsOf(restored)).toEqual([row(JOB), row(OTHER)]);
});

test('discards a line that was cut short by a kill and keeps all others', async () => {
  const dir = await temporaryFolder();
  const db = await openDatabase();
  await (await openDeletedList(dir, db, 0)).add(row(JOB));
  await appendFile(path.join(dir, 'deleted-jobs.log'), `1000 ${OTHER.slice(0, 20)}`);
  const restored = await openDatabase();
  const list = await openDeletedList(dir, restored, 0);
  await list.add(row(OTHER));
  expect(await readFile(path.join(dir, 'deleted-jobs.log'), 'utf8')).toBe(`1000 ${JOB} a user\n1000 ${OTHER} a user\n`);
});

test('lists a deletion at the next start when the process was killed before it wrote the line', async () => {
  const dir = await temporaryFolder();
  const db = await openDatabase();
  await db.insertInto('deleted_jobs').values(row(JOB)).execute();
  await openDeletedList(dir, db, 0);
  expect(await readFile(path.join(dir, 'deleted-jobs.log'), 'utf8')).toBe(`1000 ${JOB} a user\n`);
});

test('removes a deletion older than any result from the list at the next start', async () => {
  const dir = await temporaryFolder();
  await (await openDeletedList(dir, await openDatabase(), 0)).add(row(JOB));
  const db = await openDatabase();
  await openDeletedList(dir, db, 1_001);
  expect(await rowsOf(db)).toEqual([]);
  expect(await readFile(path.join(dir, 'deleted-jobs.log'), 'utf8')).toBe('');
});
