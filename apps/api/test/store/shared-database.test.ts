import { openPostgresServer } from '@darkroom/test-kit/infrastructure/postgres-server';
import { sql } from 'kysely';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { openPostgres } from '../../src/store/postgres/open-postgres.ts';
import { fromState } from '../../src/store/shared/job-row.ts';
import { createSqlJobStore } from '../../src/store/shared/sql-job-store.ts';
import { StoreOpenError } from '../../src/store/shared/store-open-error.ts';
import { countBackends } from './count-backends.ts';
import { emptyDatabase } from './empty-database.ts';
import { givenPostgres, openPostgresStores } from './open-postgres-stores.ts';
import {
  addJob,
  countAttempts,
  h3RequestWith,
  NO_LIMITS,
  newJob,
  newStart,
  newUpload,
  requestWith,
  type Stores,
} from './stores.ts';

const postgres = givenPostgres();
/** Four processes that share one database and one clock. */
let first: Stores;
let processes: Stores[];
beforeEach(async () => {
  await emptyDatabase(postgres.url());
  first = await openPostgresStores(postgres.url());
  const others = Array.from({ length: 3 }, () => openPostgresStores(postgres.url(), first.clock));
  processes = [first, ...(await Promise.all(others))];
});

/** Runs the work `times` times in every process, all concurrently. */
function atOnce<T>(times: number, work: (stores: Stores) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: times }, () => processes).flatMap((all) => all.map(work)));
}

test('creates one job from fifty simultaneous creates with one key', async () => {
  const idempotency = { key: 'tap-1', fingerprint: 'a' };
  const outcomes = await atOnce(13, ({ jobs }) => jobs.createJob(newJob({ idempotency }), NO_LIMITS));
  expect(outcomes.filter(({ kind }) => kind === 'created')).toHaveLength(1);
  expect(new Set(outcomes.map((outcome) => ('job' in outcome ? outcome.job.jobId : outcome.kind))).size).toBe(1);
});

test('removes no upload that a create references, and leaves none behind after simultaneous deletions', async () => {
  for (let round = 0; round < 20; round++) {
    const upload = newUpload();
    await first.uploads.createUpload(upload, 0);
    const named = () => newJob({ request: requestWith(upload.uploadId) });
    const [one, two] = [named(), named()];
    await first.jobs.createJob(one, NO_LIMITS);
    await first.jobs.createJob(two, NO_LIMITS);
    const [late] = await Promise.all([
      processes[1]?.jobs.createJob(named(), NO_LIMITS),
      processes[2]?.jobs.deleteJob(one.jobId),
      processes[3]?.jobs.deleteJob(two.jobId),
    ]);
    const isThere = (await first.uploads.getUpload(upload.uploadId)) !== null;
    expect({ late: late?.kind, isThere }).toEqual(
      isThere ? { late: 'created', isThere } : { late: 'upload_gone', isThere },
    );
  }
});

test('neither deadlocks nor loses uploads that jobs name in different orders', async () => {
  for (let round = 0; round < 10; round++) {
    const uploads = [newUpload(), newUpload(), newUpload()];
    for (const upload of uploads) await first.uploads.createUpload(upload, 0);
    const ids = uploads.map(({ uploadId }) => uploadId);
    const [one, two] = [ids, ids.toReversed()].map((uploadIds) => newJob({ request: h3RequestWith(...uploadIds) }));
    if (!one || !two) throw new Error('no jobs');
    await first.jobs.createJob(one, NO_LIMITS);
    await first.jobs.createJob(two, NO_LIMITS);
    const late = newJob({ request: h3RequestWith(...ids) });
    const [outcome] = await Promise.all([
      processes[1]?.jobs.createJob(late, NO_LIMITS),
      processes[2]?.jobs.deleteJob(one.jobId),
      processes[3]?.jobs.deleteJob(two.jobId),
    ]);
    const left = await first.uploads.getUploads(ids);
    expect({ late: outcome?.kind, left: left.length }).toEqual(
      left.length === 0 ? { late: 'upload_gone', left: 0 } : { late: 'created', left: 3 },
    );
  }
});

describe('a limit shared by all processes', () => {
  test.each([
    ['queue', { queue: 5 }, 'queue_full'],
    ['userActive', { userActive: 5 }, 'too_many_jobs'],
    ['userDailyImages', { userDailyImages: 5 }, 'quota_exceeded'],
    ['dailyImages', { dailyImages: 5 }, 'quota_exceeded'],
    ['userDailyUnits', { userDailyUnits: 5 }, 'quota_exceeded'],
    ['dailyUnits', { dailyUnits: 5 }, 'quota_exceeded'],
    ['ratePerMinute', { ratePerMinute: 5 }, 'rate_limited'],
  ])('bounds creates by %s', async (_, limits, code) => {
    const outcomes = await atOnce(6, ({ jobs }) => jobs.createJob(newJob(), { ...NO_LIMITS, ...limits }));
    expect(outcomes.filter(({ kind }) => kind === 'created')).toHaveLength(5);
    const refusals = outcomes.flatMap((outcome) => (outcome.kind === 'refused' ? [outcome.refusal.code] : []));
    expect(new Set(refusals)).toEqual(new Set([code]));
  });

  test('counts uploads towards the rate limit like creates', async () => {
    const refusals = await atOnce(6, (stores) => countAttempts(stores, '1', 5));
    expect(refusals.filter((refusal) => refusal === null)).toHaveLength(5);
  });

  test('bounds the bytes of uploads', async () => {
    const uploads = await atOnce(6, (stores) => stores.uploads.createUpload(newUpload({ userId: '77', bytes: 2 }), 10));
    expect(uploads.filter((refusal) => refusal === null)).toHaveLength(5);
  });
});

describe('the calls of several processes', () => {
  test('stay within the rate limit in any window and never take a job twice', async () => {
    const [rpm, windowMs] = [5, 1_000];
    for (let i = 0; i < 40; i++) await addJob(first, { userId: String(i % 7) });
    const started: { jobId: string; at: number }[] = [];
    for (let round = 0; round < 12; round++) {
      const outcomes = await atOnce(3, ({ jobs }) => jobs.startNextCall(newStart({ rpm, windowMs })));
      for (const outcome of outcomes) {
        if (outcome.kind === 'started') started.push({ jobId: outcome.job.jobId, at: outcome.attempt.startedAt });
      }
      first.clock.advance(250);
    }
    for (const { at } of started) {
      expect(started.filter((other) => other.at >= at && other.at < at + windowMs).length).toBeLessThanOrEqual(rpm);
    }
    expect(started.length).toBeGreaterThanOrEqual(3 * rpm);
    expect(new Set(started.map(({ jobId }) => jobId)).size).toBe(started.length);
  });

  test('follow the rotation of users in any process', async () => {
    for (let i = 0; i < 12; i++) await addJob(first, { userId: '1' });
    for (const userId of ['2', '3', '4']) await addJob(first, { userId });
    const users: string[] = [];
    for (let i = 0; i < 2; i++) {
      const outcomes = await atOnce(1, ({ jobs }) => jobs.startNextCall(newStart()));
      users.push(...outcomes.flatMap((outcome) => (outcome.kind === 'started' ? [outcome.job.userId] : [])));
    }
    expect(users.slice(0, 4).toSorted()).toEqual(['1', '2', '3', '4']);
    expect(users.slice(4)).toEqual(['1', '1', '1', '1']);
  });

  test('are not made for a job that is canceled while it is selected', async () => {
    const { jobId } = await addJob(first);
    const next = await addJob(first, { userId: '2' });
    const database = await openPostgres(postgres.url(), systemClock);
    onTestFinished(database.close);
    const canceled = {
      ...fromState({ status: 'FAILED', completedAt: 1, errorCode: 'canceled', charged: 'no' }),
      version: 2,
    };
    const commit = Promise.withResolvers<void>();
    const canceling = database.transact(async (trx) => {
      await trx.updateTable('jobs').set(canceled).where('job_id', '=', jobId).execute();
      await commit.promise;
    });
    await vi.waitFor(async () => expect(await countBackends(database, "state = 'idle in transaction'")).toBe(1));
    const starting = first.jobs.startNextCall(newStart()); // reads the state before that commit
    await vi.waitFor(async () => expect(await countBackends(database, "wait_event_type = 'Lock'")).toBe(1));
    commit.resolve();
    await canceling;
    expect(await starting).toMatchObject({ kind: 'started', job: { jobId: next.jobId } });
  });
});

describe('a PostgreSQL database', () => {
  test('is created once by many processes that start at the same time', async () => {
    const server = await openPostgresServer();
    onTestFinished(server.close);
    const url = await server.createDatabase();
    const opened = await Promise.all(Array.from({ length: 6 }, () => openPostgres(url, systemClock)));
    for (const database of opened) await createSqlJobStore(database).ping();
    await Promise.all(opened.map((database) => database.close()));
  });

  test('stops the start with one line if its version is newer', async () => {
    const server = await openPostgresServer();
    onTestFinished(server.close);
    const url = await server.createDatabase();
    const database = await openPostgres(url, systemClock);
    await sql`INSERT INTO kysely_migration (name, timestamp) VALUES ('9999-later', '2030-01-01')`.execute(database.db);
    await database.close();
    await expect(openPostgres(url, systemClock)).rejects.toThrow(StoreOpenError);
    await expect(openPostgres(url, systemClock)).rejects.toThrow(
      /^DATABASE_URL \(127\.0\.0\.1:\d+\/\w+\) cannot be brought up to date: a newer version of Darkroom has written it \(9999-later\)$/,
    );
  });

  test('stops the start with one line without its password if it does not exist', async () => {
    const opening = openPostgres('postgres://somebody:secret@127.0.0.1:9/darkroom', systemClock);
    await expect(opening).rejects.toThrow(StoreOpenError);
    await expect(opening).rejects.toThrow(/^DATABASE_URL \(127\.0\.0\.1:9\/darkroom\) cannot .*ECONNREFUSED[^\n]*$/);
    await expect(opening).rejects.not.toThrow(/secret/);
  });
});
