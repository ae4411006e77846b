import { sql } from 'kysely';
import pg from 'pg';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { openPostgres } from '../../src/store/postgres/open-postgres.ts';
import { AdmissionQueueFull } from '../../src/store/shared/admission-queue.ts';
import type { Database } from '../../src/store/shared/database.ts';
import { createSqlJobStore } from '../../src/store/shared/sql-job-store.ts';
import { createSqlUploadStore } from '../../src/store/shared/sql-upload-store.ts';
import { wrapStorageErrors } from '../../src/store/shared/wrap-storage-errors.ts';
import { emptyDatabase } from './empty-database.ts';
import { givenPostgres } from './open-postgres-stores.ts';
import { NO_LIMITS, newJob, newUpload } from './stores.ts';

const postgres = givenPostgres();
let database: Database;
beforeEach(async () => {
  await emptyDatabase(postgres.url());
  database = await openPostgres(postgres.url(), systemClock);
  onTestFinished(() => database.close());
});

/** Holds the admission lock, as another process, for as long as the test wants. */
async function holdAdmission(): Promise<{ letGo(): Promise<void> }> {
  const client = new pg.Client(postgres.url());
  await client.connect();
  onTestFinished(() => client.end());
  await client.query(`SELECT pg_advisory_lock(${0x6461726b}, 1)`);
  return { letGo: async () => void (await client.query('SELECT pg_advisory_unlock_all()')) };
}

async function countWaitingForLock(): Promise<number> {
  const { rows } = await sql`SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`.execute(database.db);
  return rows.length;
}

test('accepts creates that wait for admission behind others once the lock is free', async () => {
  const jobs = wrapStorageErrors(createSqlJobStore(database), systemClock);
  const { letGo } = await holdAdmission();
  const creates = Array.from({ length: 100 }, () => jobs.createJob(newJob(), NO_LIMITS));
  await vi.waitFor(async () => expect(await countWaitingForLock()).toBe(1), { timeout: 15_000 });
  expect(await jobs.countWaiting()).toBe(0); // reads do not wait for the lock
  await letGo();
  for (const outcome of await Promise.all(creates)) expect(outcome).toMatchObject({ kind: 'created' });
});

test('refuses a create that waits too long for admission with queue_full, and creates no job', async () => {
  const hurried = await openPostgres(postgres.url(), systemClock, () => {}, {
    admissionWithinMs: 400,
    lockWithinMs: 300,
  });
  onTestFinished(() => hurried.close());
  const jobs = wrapStorageErrors(createSqlJobStore(hurried), systemClock);
  const uploads = wrapStorageErrors(createSqlUploadStore(hurried), systemClock);
  const { letGo } = await holdAdmission();
  const newJobs = Array.from({ length: 5 }, () => newJob());
  const upload = newUpload();
  const refusals = await Promise.all([
    ...newJobs.map(async (job) => jobs.createJob(job, NO_LIMITS)),
    uploads.createUpload(upload, 0).then((refusal) => ({ kind: 'refused', refusal })),
  ]);
  for (const refused of refusals) expect(refused).toMatchObject({ kind: 'refused', refusal: { code: 'queue_full' } });
  for (const { jobId } of newJobs) expect(await jobs.getJob(jobId)).toBeNull();
  expect(await uploads.getUpload(upload.uploadId)).toBeNull();
  await letGo();
  expect(await jobs.createJob(newJob(), NO_LIMITS)).toMatchObject({ kind: 'created' });
});

test('answers created for an unconfirmed commit of a create, although its retry finds the queue full', async () => {
  let isLost = false;
  const { transactExclusive } = database;
  const jobs = wrapStorageErrors(
    createSqlJobStore({
      ...database,
      async transactExclusive(part, work) {
        if (isLost) throw new AdmissionQueueFull(5_000);
        await transactExclusive(part, work);
        isLost = true;
        throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
      },
    }),
    systemClock,
  );
  const job = newJob();
  expect(await jobs.createJob(job, NO_LIMITS)).toMatchObject({ kind: 'created', job: { jobId: job.jobId } });
});
