import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { copyMigratedDatabase } from '@darkroom/test-kit/api/migrated-sqlite';
import { openPostgresServer } from '@darkroom/test-kit/infrastructure/postgres-server';
import Sqlite from 'better-sqlite3';
import fc from 'fast-check';
import { Kysely, PostgresDialect, SqliteDialect, sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import pg from 'pg';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { cancel, expire, scheduleRetry } from '../../src/job/job-state.ts';
import { type Family, familyOf } from '../../src/job/model-family.ts';
import type { JobStore, NewJob } from '../../src/store/job-store.ts';
import { openPostgres } from '../../src/store/postgres/open-postgres.ts';
import { copyRows } from '../../src/store/shared/copy-rows.ts';
import type { Database } from '../../src/store/shared/database.ts';
import { createMigrations } from '../../src/store/shared/migrations/migrations.ts';
import type { Tables } from '../../src/store/shared/schema.ts';
import { createSqlJobStore } from '../../src/store/shared/sql-job-store.ts';
import { openSqlite } from '../../src/store/sqlite/open-sqlite.ts';
import { createManualClock, type ManualClock } from '../manual-clock.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { emptyDatabase } from './empty-database.ts';
import { givenPostgres } from './open-postgres-stores.ts';
import { type ModelJob, RotationModel } from './rotation-model.ts';
import { addJob, newStart } from './stores.ts';

const postgres = givenPostgres();

interface World {
  database: Database;
  jobs: JobStore;
  clock: ManualClock;
}

async function openOnSqlite(): Promise<World> {
  const clock = createManualClock();
  const dir = await temporaryFolder();
  await copyMigratedDatabase(dir);
  const database = await openSqlite(dir, clock);
  onTestFinished(database.close);
  return { database, jobs: createSqlJobStore(database), clock };
}

async function openOnPostgres(url = postgres.url(), clock = createManualClock()): Promise<World> {
  const opened = await openPostgres(url, systemClock);
  onTestFinished(opened.close);
  const database = { ...opened, now: async () => clock.now() };
  return { database, jobs: createSqlJobStore(database), clock };
}

/** What the jobs and turns in the database say, read without the table under test. */
async function readModel({ db }: Database): Promise<RotationModel> {
  const jobs = await db.selectFrom('jobs').selectAll().where('status', '=', 'PENDING').execute();
  const turns = await db.selectFrom('turns').selectAll().execute();
  const waiting = jobs.map((row) => ({
    ...{ jobId: row.job_id, userId: row.user_id, family: row.family, createdAt: row.created_at },
  }));
  return new RotationModel(waiting, new Map(turns.map((row) => [row.user_id, row.turn])));
}

async function expectRows({ db }: Database, model: RotationModel): Promise<void> {
  const inOrder = (rows: object[]) => rows.map((row) => JSON.stringify(Object.entries(row).sort())).sort();
  expect(inOrder(await db.selectFrom('waiting_users').selectAll().execute())).toEqual(inOrder(model.rows()));
}

const FAMILIES = ['image-01', 'h3'] as const satisfies Family[];
const REQUESTS: Record<Family, NewJob['request']> = {
  'image-01': { model: 'image-01', prompt: 'a lighthouse', n: 1 },
  h3: { model: 'MiniMax-H3-Image', prompt: 'a lighthouse', n: 1, area: '2K' },
};
const MAX_WAIT_MS = 5;

const family = fc.constantFrom(...FAMILIES);
const userId = fc.constantFrom('1', '2', '10', 'b', 'B', '_');
const index = fc.nat({ max: 30 });
const ofKind = <K extends string>(kind: K) => ({ kind: fc.constant(kind) });
const moves = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.record({ ...ofKind('create'), userId, family, laterMs: fc.nat({ max: 2 }) }) },
    { weight: 5, arbitrary: fc.record({ ...ofKind('start'), family, expires: fc.boolean() }) },
    { weight: 2, arbitrary: fc.record({ ...ofKind('cancel'), index }) },
    { weight: 1, arbitrary: fc.record({ ...ofKind('expire'), index }) },
    { weight: 2, arbitrary: fc.record({ ...ofKind('delete'), index }) },
    { weight: 2, arbitrary: fc.record({ ...ofKind('retry'), index }) },
    { weight: 1, arbitrary: fc.record(ofKind('expireAll')) },
  ),
  { minLength: 5, maxLength: 40 },
);
type Move = typeof moves extends fc.Arbitrary<(infer M)[]> ? M : never;

/** Plays the moves on the store and on the model, and compares choices, positions and rows after each. */
async function play({ database, jobs, clock }: World, story: Move[]): Promise<void> {
  const model = new RotationModel();
  const all: ModelJob[] = [];
  /** Attempts in flight, and jobs whose retry is due, in the order in which they became so. */
  const calls = new Map<string, ModelJob>();
  let retries: ModelJob[] = [];

  async function run(move: Move): Promise<void> {
    const job = 'index' in move ? all[move.index % Math.max(1, all.length)] : undefined;
    switch (move.kind) {
      case 'create': {
        clock.advance(move.laterMs);
        const created = await addJob({ jobs }, { userId: move.userId, request: REQUESTS[move.family] });
        const seen = { ...created, family: move.family };
        all.push(seen);
        model.waiting.push(seen);
        return;
      }
      case 'start': {
        const maxWaitMs = move.expires ? MAX_WAIT_MS : 1_000_000;
        const retry = retries.find((each) => each.family === move.family);
        const expected = retry ?? model.next(move.family, clock.now() - maxWaitMs);
        const start = newStart({ family: move.family, maxWaitMs });
        const outcome = await jobs.startNextCall(start);
        expect(outcome.kind === 'started' ? outcome.job.jobId : undefined).toBe(expected?.jobId);
        if (!expected) return;
        retries = retries.filter((each) => each !== retry);
        model.remove(expected.jobId);
        model.serve(expected.userId);
        calls.set(start.attemptId, expected);
        return;
      }
      case 'retry': {
        const [attemptId, called] = [...calls][move.index % Math.max(1, calls.size)] ?? [];
        if (attemptId === undefined || called === undefined) return;
        calls.delete(attemptId);
        clock.advance(1); // so that no two retries are due at the same time
        const after = await jobs.endAttempt(attemptId, { outcome: 'failed' }, (each) =>
          scheduleRetry(each, 0, clock.now()),
        );
        if (after?.state.status === 'PROCESSING') retries.push(called);
        return;
      }
      case 'expireAll':
        clock.advance(MAX_WAIT_MS);
        return;
      case 'cancel':
      case 'expire':
      case 'delete': {
        if (!job) return;
        if (move.kind === 'delete') await jobs.deleteJob(job.jobId);
        else await jobs.changeJob(job.jobId, move.kind === 'cancel' ? cancel : expire);
        if (move.kind === 'expire' && !model.waiting.includes(job)) return;
        model.remove(job.jobId);
        retries = retries.filter((each) => each !== job);
        return;
      }
    }
  }

  for (const move of story) {
    await run(move);
    await expectRows(database, model);
    await expectPositions(jobs, model);
  }
}

async function expectPositions(jobs: JobStore, model: RotationModel): Promise<void> {
  const stored = await Promise.all(model.waiting.map(({ jobId }) => jobs.getJob(jobId)));
  const waiting = stored.filter((job) => job !== null);
  const expected = new Map(
    waiting.map(({ jobId, request }) => [jobId, model.plan(familyOf(request.model)).indexOf(jobId)]),
  );
  expect(await jobs.countAheadOfEach(waiting)).toEqual(expected);
  const last = waiting.at(-1);
  if (last) expect(await jobs.countAhead(last)).toBe(expected.get(last.jobId));
}

test('chooses, counts and records as a simple model does, on SQLite', async () => {
  const world = await openOnSqlite();
  await fc.assert(
    fc.asyncProperty(moves, async (story) => {
      for (const table of ['jobs', 'attempts', 'turns'] as const) await world.database.db.deleteFrom(table).execute();
      await play(world, story);
    }),
    { numRuns: 60 },
  );
});

test('chooses, counts and records as a simple model does, on PostgreSQL', async () => {
  const world = await openOnPostgres();
  await fc.assert(
    fc.asyncProperty(moves, async (story) => {
      await emptyDatabase(postgres.url());
      await play(world, story);
    }),
    { numRuns: 8 },
  );
});

test('takes users of equal turn and age in the order of their bytes, in a database of any language', async () => {
  const server = await openPostgresServer();
  const admin = new pg.Client(postgres.url());
  await admin.connect();
  const name = `darkroom_test_${randomUUID().replaceAll('-', '')}`;
  await admin.query(`CREATE DATABASE ${name} TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en'`);
  onTestFinished(async () => {
    await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
    await admin.end();
    await server.close();
  });
  const url = new URL(postgres.url());
  url.pathname = name;
  const { jobs } = await openOnPostgres(url.href);
  for (const user of ['b', 'a', 'B']) await addJob({ jobs }, { userId: user });
  const order: string[] = [];
  for (const _ of [1, 2, 3]) {
    const outcome = await jobs.startNextCall(newStart());
    if (outcome.kind === 'started') order.push(outcome.job.userId);
  }
  expect(order).toEqual(['B', 'a', 'b']);
});

test('keeps the rows right while four processes change the jobs of three users at once', async () => {
  await emptyDatabase(postgres.url());
  const clock = createManualClock();
  const processes: World[] = [];
  for (let i = 0; i < 4; i++) processes.push(await openOnPostgres(postgres.url(), clock));
  const created: string[] = [];

  async function live({ jobs }: World, seed: number): Promise<void> {
    for (let i = 0; i < 25; i++) {
      const turn = (seed + i) % 5;
      const jobId = created[(seed * 31 + i * 7) % Math.max(1, created.length)];
      if (turn < 2) {
        const kind = FAMILIES[(seed + i) % 3 === 0 ? 1 : 0] ?? 'image-01';
        const job = await addJob({ jobs }, { userId: String((seed * i) % 3), request: REQUESTS[kind] });
        created.push(job.jobId);
      } else if (turn === 2) {
        await jobs.startNextCall(newStart({ family: FAMILIES[i % 2] ?? 'h3' }));
      } else if (jobId !== undefined) {
        await (turn === 3 ? jobs.changeJob(jobId, cancel) : jobs.deleteJob(jobId));
      }
    }
  }

  await Promise.all(processes.flatMap((world, at) => [live(world, at * 3 + 1), live(world, at * 3 + 2)]));
  const [{ database }] = processes as [World, ...World[]];
  await expectRows(database, await readModel(database));
});

test('gives a new row the turn that a simultaneous start of the same user commits', async () => {
  await emptyDatabase(postgres.url());
  const { database } = await openOnPostgres();
  const other = asOldProcess(await openOnPostgres().then((world) => world.database));
  let created = Promise.resolve();
  await database.db.transaction().execute(async (trx) => {
    await asOldProcess({ db: trx }).serve('1', 5);
    await sql`SET CONSTRAINTS ALL IMMEDIATE`.execute(trx); // as in the middle of the commit
    created = other.create({ jobId: ids[0] ?? '', userId: '1', createdAt: 1 });
    let isCreated = false;
    void created.then(() => {
      isCreated = true;
    });
    const waits = sql`SELECT 1 FROM pg_locks WHERE NOT granted`;
    await vi.waitUntil(async () => isCreated || (await waits.execute(trx)).rows.length > 0);
  });
  await created;
  await expectRows(database, await readModel(database));
});

/** Writes as version 0.1 does, which knows nothing of the table. */
function asOldProcess({ db }: Pick<Database, 'db'>) {
  return {
    async create(fields: { jobId: string; userId: string; createdAt: number }): Promise<void> {
      await db
        .insertInto('jobs')
        .values({
          ...{ job_id: fields.jobId, user_id: fields.userId, status: 'PENDING', version: 1, progress_from: 0 },
          ...{ created_at: fields.createdAt, updated_at: fields.createdAt },
          request: JSON.stringify(REQUESTS['image-01']),
        })
        .execute();
    },
    async end(jobId: string, status: 'PROCESSING' | 'FAILED'): Promise<void> {
      await db.updateTable('jobs').set({ status, version: 2 }).where('job_id', '=', jobId).execute();
    },
    async serve(user: string, turn: number): Promise<void> {
      await db
        .insertInto('turns')
        .values({ user_id: user, turn })
        .onConflict((conflict) => conflict.column('user_id').doUpdateSet({ turn }))
        .execute();
    },
    async delete(jobId: string): Promise<void> {
      await db.deleteFrom('jobs').where('job_id', '=', jobId).execute();
    },
  };
}

const ids = ['a', 'b', 'c', 'd', 'e'].map((digit) => `123e4567-e89b-42d3-a456-42661417400${digit}`);

describe.each([
  ['SQLite', openOnSqlite],
  [
    'PostgreSQL',
    async () => {
      await emptyDatabase(postgres.url());
      return openOnPostgres();
    },
  ],
] as const)('a process of the previous version on %s', (_, open) => {
  test('leaves the rows right when it creates, starts, ends and deletes jobs', async () => {
    const { database } = await open();
    const old = asOldProcess(database);
    const [a = '', b = '', c = '', d = ''] = ids;
    const steps = [
      () => old.create({ jobId: b, userId: '1', createdAt: 2 }),
      () => old.create({ jobId: a, userId: '1', createdAt: 1 }),
      () => old.create({ jobId: c, userId: '1', createdAt: 1 }),
      () => old.create({ jobId: d, userId: '2', createdAt: 3 }),
      () => old.end(a, 'PROCESSING'),
      () => old.serve('1', 1),
      () => old.end(b, 'FAILED'),
      () => old.serve('2', 2),
      () => old.serve('1', 3),
      () => old.delete(d),
      () => old.delete(a),
      () => old.end(c, 'FAILED'),
    ];
    for (const step of steps) {
      await step();
      await expectRows(database, await readModel(database));
    }
    expect(await database.db.selectFrom('waiting_users').selectAll().execute()).toEqual([]);
  });

  test('leaves the rows right when an operator gives a job to another user, restores one, and forgets turns', async () => {
    const { database } = await open();
    const { db } = database;
    const old = asOldProcess(database);
    const [a = '', b = ''] = ids;
    await old.create({ jobId: a, userId: '1', createdAt: 1 });
    await old.create({ jobId: b, userId: '1', createdAt: 2 });
    await old.serve('2', 1);
    await db.updateTable('jobs').set({ user_id: '2' }).where('job_id', '=', a).execute();
    await expectRows(database, await readModel(database));
    await old.end(a, 'FAILED');
    await db.updateTable('jobs').set({ status: 'PENDING' }).where('job_id', '=', a).execute();
    await db.updateTable('jobs').set({ created_at: 9 }).where('job_id', '=', b).execute();
    await expectRows(database, await readModel(database));
    await db.deleteFrom('turns').execute();
    await expectRows(database, await readModel(database));
  });

  test('gets the next job past a row that is wrong all the same', async () => {
    const { database, jobs } = await open();
    const wrong = {
      user_id: '9',
      family: 'image-01',
      turn: -1,
      oldest_at: Number.MAX_SAFE_INTEGER,
      newest_at: 0,
      jobs: 1,
    };
    await database.db
      .insertInto('waiting_users')
      .values({ ...wrong, oldest_job: ids[0] ?? '' })
      .execute();
    const { jobId } = await addJob({ jobs });
    expect(await jobs.startNextCall(newStart())).toMatchObject({ kind: 'started', job: { jobId } });
    expect(await jobs.startNextCall(newStart())).toMatchObject({ kind: 'idle' });
  });
});

/** Creates a database as migration 0011 leaves it, with waiting and other jobs and turns. */
async function writeVersion11(dialect: 'sqlite' | 'postgres', db: Kysely<Tables>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => createMigrations(dialect) } });
  expect((await migrator.migrateTo('0011-canceled-images')).error).toBeUndefined();
  const old = asOldProcess({ db });
  for (const [at, jobId] of ids.entries()) await old.create({ jobId, userId: at < 3 ? '1' : '2', createdAt: 9 - at });
  await db
    .updateTable('jobs')
    .set({ family: 'h3' })
    .where('job_id', '=', ids[0] ?? '')
    .execute();
  await old.end(ids[4] ?? '', 'PROCESSING');
  await old.serve('2', 7);
}

async function expectMigratedRows(database: Database): Promise<void> {
  onTestFinished(database.close);
  const model = await readModel(database);
  expect(model.rows()).toHaveLength(3);
  await expectRows(database, model);
}

test('a SQLite database of the previous version gets the rows of its waiting jobs, also after a kill', async () => {
  const dir = await temporaryFolder();
  const file = path.join(dir, 'darkroom.sqlite');
  const older = new Kysely<Tables>({ dialect: new SqliteDialect({ database: new Sqlite(file) }) });
  await writeVersion11('sqlite', older);
  // The first try ends before it is recorded as done.
  await createMigrations('sqlite')['0012-waiting-users']?.up(older);
  await sql`UPDATE waiting_users SET jobs = 99`.execute(older);
  await older.destroy();
  await expectMigratedRows(await openSqlite(dir, systemClock));
});

test('a PostgreSQL database of the previous version gets the rows of its waiting jobs', async () => {
  const server = await openPostgresServer();
  onTestFinished(server.close);
  const url = await server.createDatabase();
  const older = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: url }) }),
  });
  await writeVersion11('postgres', older);
  await older.destroy();
  await expectMigratedRows(await openPostgres(url, systemClock));
});

test('a deployment that moves to PostgreSQL has the rows of its waiting jobs there', async () => {
  const from = await openOnSqlite();
  const old = asOldProcess(from.database);
  for (const [at, jobId] of ids.entries()) await old.create({ jobId, userId: String(at % 2), createdAt: at });
  await old.serve('1', 4);
  await emptyDatabase(postgres.url());
  const to = await openOnPostgres();
  await copyRows(from.database.db, to.database.db);
  await expectRows(to.database, await readModel(from.database));
});
