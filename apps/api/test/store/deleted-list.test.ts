import { appendFile, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openDeletedList } from '../../src/store/sqlite/deleted-list.ts';
import { openSqlite } from '../../src/store/sqlite/open-sqlite.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const JOB = '123e4567-e89b-42d3-a456-426614174000';
const OTHER = '223e4567-e89b-42d3-a456-426614174000';
const row = (job_id: string) => ({ job_id, user_id: 'a user', deleted_at: 1_000 });

async function openDatabase() {
  const database = await openSqlite(await temporaryFolder());
  onTestFinished(database.close);
  return database.db;
}

const rowsOf = (db: Awaited<ReturnType<typeof openDatabase>>) =>
  db.selectFrom('deleted_jobs').selectAll().orderBy('job_id').execute();

test('what was deleted is told to a database that was restored from before', async () => {
  const dir = await temporaryFolder();
  const list = await openDeletedList(dir, await openDatabase(), 0);
  await list.add(row(JOB));
  await list.add(row(OTHER));
  const restored = await openDatabase();
  await openDeletedList(dir, restored, 0);
  expect(await rowsOf(restored)).toEqual([row(JOB), row(OTHER)]);
});

test('a line that was cut short by a kill keeps no other', async () => {
  const dir = await temporaryFolder();
  const db = await openDatabase();
  await (await openDeletedList(dir, db, 0)).add(row(JOB));
  await appendFile(path.join(dir, 'deleted-jobs.log'), `1000 ${OTHER.slice(0, 20)}`);
  const restored = await openDatabase();
  const list = await openDeletedList(dir, restored, 0);
  await list.add(row(OTHER));
  expect(await readFile(path.join(dir, 'deleted-jobs.log'), 'utf8')).toBe(`1000 ${JOB} a user\n1000 ${OTHER} a user\n`);
});

test('a deletion whose process was killed before it wrote the line is in the list after the next start', async () => {
  const dir = await temporaryFolder();
  const db = await openDatabase();
  await db.insertInto('deleted_jobs').values(row(JOB)).execute();
  await openDeletedList(dir, db, 0);
  expect(await readFile(path.join(dir, 'deleted-jobs.log'), 'utf8')).toBe(`1000 ${JOB} a user\n`);
});

test('a deletion that is older than any result is in the list no longer than until the next start', async () => {
  const dir = await temporaryFolder();
  await (await openDeletedList(dir, await openDatabase(), 0)).add(row(JOB));
  const db = await openDatabase();
  await openDeletedList(dir, db, 1_001);
  expect(await rowsOf(db)).toEqual([]);
  expect(await readFile(path.join(dir, 'deleted-jobs.log'), 'utf8')).toBe('');
});
