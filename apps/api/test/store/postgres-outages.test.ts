import { type OwnPostgresServer, startPostgresServer } from '@darkroom/test-kit/infrastructure/postgres-server';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { startSaving } from '../../src/job/job-state.ts';
import type { JobStore } from '../../src/store/job-store.ts';
import { openPostgres } from '../../src/store/postgres/open-postgres.ts';
import type { Database } from '../../src/store/shared/database.ts';
import { createSqlJobStore } from '../../src/store/shared/sql-job-store.ts';
import { createSqlUploadStore } from '../../src/store/shared/sql-upload-store.ts';
import { wrapStorageErrors } from '../../src/store/shared/wrap-storage-errors.ts';
import { STARTS_WITHIN_MS } from './open-postgres-stores.ts';
import { addJob, countAttempts, NO_LIMITS, newJob, newStart, placed, startNext } from './stores.ts';

let server: OwnPostgresServer;
let url: string;
beforeAll(async () => {
  server = await startPostgresServer();
}, STARTS_WITHIN_MS);
afterAll(() => server.close(), STARTS_WITHIN_MS);

let database: Database;
let jobs: JobStore;
/** A separate connection to the same server. */
let admin: Database;
beforeEach(async () => {
  url = await server.createDatabase();
  database = await openPostgres(url, systemClock);
  jobs = wrapStorageErrors(createSqlJobStore(database), systemClock);
  admin = await openPostgres(url, systemClock);
  onTestFinished(async () => {
    await database.close();
    await admin.close();
  });
});

const disconnectAll = () =>
  sql`
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()`.execute(admin.db);
const UNAVAILABLE = { code: 'unavailable', retryAfterMs: 5_000 };

test('replaces connections that were cut without an error for the next query', async () => {
  const { jobId } = await addJob({ jobs });
  await Promise.all(Array.from({ length: 8 }, () => jobs.getJob(jobId))); // opens all connections of the pool
  await disconnectAll();
  expect(await jobs.createJob(newJob(), NO_LIMITS)).toMatchObject({ kind: 'created' });
  expect(await jobs.getJob(jobId)).toMatchObject({ jobId });
});

test('rejects all calls while the server is stopped, and recovers by itself without loss when it is back', async () => {
  const job = await addJob({ jobs });
  const news = vi.fn();
  jobs.onChange(job.jobId, news);
  await server.stop();
  await expect(jobs.createJob(newJob(), NO_LIMITS)).rejects.toMatchObject(UNAVAILABLE);
  await expect(jobs.getJob(job.jobId)).rejects.toMatchObject(UNAVAILABLE);
  await expect(jobs.ping()).rejects.toMatchObject(UNAVAILABLE);
  await server.start();
  expect(await jobs.getJob(job.jobId)).toEqual(job);
  await vi.waitFor(() => expect(news).toHaveBeenCalled(), { timeout: 5_000 });
  news.mockClear();
  const { job: started } = await startNext({ jobs });
  expect(started.jobId).toBe(job.jobId);
  await vi.waitFor(() => expect(news).toHaveBeenCalled(), { timeout: 1_000 });
});

test('rolls back and rejects a transaction during which the server is lost', async () => {
  const store = wrapStorageErrors(
    {
      write: () =>
        database.transact(async (trx) => {
          await trx.insertInto('secrets').values({ name: 'half', value: 'done' }).execute();
          await disconnectAll();
          await trx.selectFrom('secrets').selectAll().execute();
        }),
    },
    systemClock,
  );
  await expect(store.write()).rejects.toMatchObject(UNAVAILABLE); // reported by the server, or as a lost connection
  expect(await admin.db.selectFrom('secrets').selectAll().execute()).toEqual([]);
});

describe('when it is unknown whether a transaction was committed', () => {
  /** The first transaction commits, but its confirmation is lost. */
  function forgetful(): Database {
    let isLost = false;
    async function lose<T>(transaction: Promise<T>): Promise<T> {
      const result = await transaction;
      if (isLost) return result;
      isLost = true;
      throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
    }
    const { transact, transactExclusive } = database;
    return {
      ...database,
      transact: (work) => lose(transact(work)),
      transactExclusive: (part, work) => lose(transactExclusive(part, work)),
    };
  }
  const forgetfulJobs = () => wrapStorageErrors(createSqlJobStore(forgetful()), systemClock);

  test('counts an attempt to upload once', async () => {
    const uploads = wrapStorageErrors(createSqlUploadStore(forgetful()), systemClock);
    expect(await countAttempts({ uploads }, '1', 2)).toBeNull();
    expect(await countAttempts({ uploads }, '1', 2)).toBeNull();
    expect(await countAttempts({ uploads }, '1', 2)).toMatchObject({ code: 'rate_limited' });
  });

  test('creates one job, and answers with the one of the first try', async () => {
    const job = newJob({ idempotency: { key: 'tap', fingerprint: 'a' } });
    const bounds = { ...NO_LIMITS, userActive: 1 };
    expect(await forgetfulJobs().createJob(job, bounds)).toMatchObject({ kind: 'created', job: { jobId: job.jobId } });
  });

  test('makes one call from a reservation', async () => {
    await addJob({ jobs });
    await addJob({ jobs });
    expect(await forgetfulJobs().startNextCall(newStart())).toMatchObject({ kind: 'started', attempt: { number: 1 } });
    expect((await jobs.recentCalls('image-01', 0)).open).toBe(1);
  });

  test('keeps a paid answer once', async () => {
    await addJob({ jobs });
    const { job, attempt } = await startNext({ jobs });
    const end = { outcome: 'answered' } as const;
    const after = await forgetfulJobs().endAttempt(attempt.attemptId, end, startSaving, placed([{ url: 'http://a' }]));
    expect(after).toMatchObject({ version: 3, state: { stage: 'saving' } });
    expect(await jobs.countImages(job.jobId)).toEqual({ ended: 0, total: 1 });
  });
});

async function expectNoBackend(pid: number | undefined): Promise<void> {
  const { rows } = await sql`SELECT 1 FROM pg_stat_activity WHERE pid = ${pid}`.execute(database.db);
  expect(rows).toEqual([]);
}

test('blocks the others only for a few seconds when a process is suspended inside a transaction', async () => {
  await addJob({ jobs });
  const standsStill = admin.transactExclusive('rateLimit', async (trx) => {
    const { rows } = await sql<{ pid: number }>`SELECT pg_backend_pid() AS pid`.execute(trx);
    await vi.waitFor(() => expectNoBackend(rows[0]?.pid), { timeout: 15_000, interval: 50 });
    await trx.selectFrom('jobs').selectAll().execute();
  });
  const isEnded = expect(standsStill).rejects.toThrow(/not queryable/);
  await vi.waitFor(async () => {
    const { rows } = await sql`SELECT 1 FROM pg_locks WHERE locktype = 'advisory'`.execute(database.db);
    expect(rows).not.toEqual([]);
  });
  expect(await jobs.startNextCall(newStart())).toMatchObject({ kind: 'started' });
  await isEnded;
});

test('lets other queries through while creates wait for admission', async () => {
  const { jobId } = await addJob({ jobs });
  const letIn = Promise.withResolvers<void>();
  const first = admin.transactExclusive('admission', () => letIn.promise);
  const creates = Array.from({ length: 30 }, () => jobs.createJob(newJob(), NO_LIMITS));
  await vi.waitFor(async () => {
    const { rows } = await sql`SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`.execute(admin.db);
    expect(rows).not.toEqual([]);
  });
  expect(await jobs.getJob(jobId)).toMatchObject({ jobId });
  expect(await jobs.startNextCall(newStart())).toMatchObject({ kind: 'started' });
  letIn.resolve();
  await first;
  expect(await Promise.all(creates)).toHaveLength(30);
});

test('reconnects to the new primary when the old one became read-only', async () => {
  const { jobId } = await addJob({ jobs });
  const name = new URL(url).pathname.slice(1);
  await sql.raw(`ALTER DATABASE ${name} SET default_transaction_read_only = on`).execute(admin.db);
  await disconnectAll();
  await expect(jobs.ping()).rejects.toMatchObject(UNAVAILABLE);
  await expect(jobs.createJob(newJob(), NO_LIMITS)).rejects.toMatchObject({ ...UNAVAILABLE, cause: { code: '25006' } });
  expect(await jobs.getJob(jobId)).toMatchObject({ jobId });
  // Only new connections accept writes: the existing ones would stay read-only.
  await sql
    .raw(`SET default_transaction_read_only = off; ALTER DATABASE ${name} RESET default_transaction_read_only`)
    .execute(admin.db);
  expect(await jobs.createJob(newJob(), NO_LIMITS)).toMatchObject({ kind: 'created' });
});
