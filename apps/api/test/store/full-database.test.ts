import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { createSqlJobStore } from '../../src/store/shared/sql-job-store.ts';
import { openSqlite } from '../../src/store/sqlite/open-sqlite.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { NO_LIMITS, newJob } from './stores.ts';

async function open() {
  const database = await openSqlite(await temporaryFolder(), systemClock);
  onTestFinished(database.close);
  return { db: database.db, store: createSqlJobStore(database) };
}

test('rejects a write on a full database, leaves nothing behind, and accepts it once there is room', async () => {
  const { db, store } = await open();
  const job = newJob({ request: { model: 'image-01', prompt: '灯'.repeat(1_499), n: 1 } });

  await sql`PRAGMA max_page_count = 1`.execute(db); // SQLite clamps this to the current size of the file
  await expect(store.createJob(job, NO_LIMITS)).rejects.toMatchObject({ code: 'SQLITE_FULL' });
  expect(await store.getJob(job.jobId)).toBeNull();

  await sql`PRAGMA max_page_count = 1000000`.execute(db);
  expect(await store.createJob(job, NO_LIMITS)).toMatchObject({ kind: 'created' });
});

test('rejects with the original error when SQLite has already rolled back the transaction', async () => {
  const { db } = await open();
  const work = db.transaction().execute(async (trx) => {
    await sql`ROLLBACK`.execute(trx); // as SQLite does on a disk error
    throw new Error('disk I/O error');
  });
  await expect(work).rejects.toThrow('disk I/O error');
});
