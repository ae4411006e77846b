import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { openSqlite } from '../../src/store/open-sqlite.ts';
import { createSqlJobStore } from '../../src/store/sql-job-store.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { NO_LIMITS, newJob } from './stores.ts';

test('a write that finds no room says so, leaves nothing behind, and is taken once there is room', async () => {
  const db = await openSqlite(await temporaryFolder());
  onTestFinished(() => db.destroy());
  const store = createSqlJobStore({ db, clock: () => 0, createId: () => 'an-attempt' });
  const job = newJob({ request: { model: 'image-01', prompt: '灯'.repeat(1_499), n: 1 } });

  await sql`PRAGMA max_page_count = 1`.execute(db); // SQLite takes this as the size that the file has already
  await expect(store.createJob(job, NO_LIMITS)).rejects.toMatchObject({ code: 'SQLITE_FULL' });
  expect(await store.getJob(job.jobId)).toBeNull();

  await sql`PRAGMA max_page_count = 1000000`.execute(db);
  expect(await store.createJob(job, NO_LIMITS)).toMatchObject({ kind: 'created' });
});
