import path from 'node:path';
import { openPostgresServer } from '@darkroom/test-kit/infrastructure/postgres-server';
import Sqlite from 'better-sqlite3';
import { Kysely, PostgresDialect, SqliteDialect, sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { openPostgres } from '../../src/store/postgres/open-postgres.ts';
import { copyRows } from '../../src/store/shared/copy-rows.ts';
import type { Database } from '../../src/store/shared/database.ts';
import { createMigrations } from '../../src/store/shared/migrations/migrations.ts';
import type { Tables } from '../../src/store/shared/schema.ts';
import { createSqlDeletionStore } from '../../src/store/shared/sql-deletion-store.ts';
import { createSqlJobStore } from '../../src/store/shared/sql-job-store.ts';
import { createSqlRetentionStore } from '../../src/store/shared/sql-retention-store.ts';
import { openSqlite } from '../../src/store/sqlite/open-sqlite.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { givenPostgres } from './open-postgres-stores.ts';
import { h3RequestWith, NO_LIMITS, newJob, newUpload } from './stores.ts';

const JOB = '123e4567-e89b-42d3-a456-426614174000';
const asset = { key: `${JOB}-0.jpg`, width: 1, height: 1, bytes: 3, contentType: 'image/jpeg', compressed: true };
const postgres = givenPostgres();

/** Creates a database as migration 0004 leaves it, with one completed job. */
async function writeVersion4(dialect: 'sqlite' | 'postgres', db: Kysely<Tables>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => createMigrations(dialect) } });
  expect((await migrator.migrateTo('0004-job-lists')).error).toBeUndefined();
  const columns = {
    ...{ job_id: JOB, user_id: '1', status: 'COMPLETED', version: 4, created_at: 1, updated_at: 2, completed_at: 2 },
    ...{ assets: JSON.stringify([asset]), failed_count: 0, charged: 'yes', progress_from: 0 },
    request: JSON.stringify({ model: 'image-01', prompt: 'a lighthouse', n: 1 }),
  };
  await db.insertInto('jobs').values(columns).execute();
  const image = { job_id: JOB, position: 0, source: '{"url":"http://a"}', asset: JSON.stringify(asset), failed: 0 };
  await db.insertInto('pictures').values(image).execute();
  await db.destroy();
}

async function expectItGoesOn(database: Database): Promise<void> {
  onTestFinished(database.close);
  const jobs = createSqlJobStore(database);
  const deletions = createSqlDeletionStore({ database, leaseMs: null });
  expect(await jobs.getJob(JOB)).toMatchObject({ version: 4, state: { status: 'COMPLETED' } });
  expect(await deletions.hasOwner(asset.key)).toBe(true);
  expect(await jobs.deleteJob(JOB)).toEqual([asset.key]);
  expect(await deletions.pendingOf(JOB)).toEqual([asset.key]);
}

test('migrates a SQLite database of the previous version and deletes its jobs for good', async () => {
  const dir = await temporaryFolder();
  const database = new Sqlite(path.join(dir, 'darkroom.sqlite'));
  await writeVersion4('sqlite', new Kysely<Tables>({ dialect: new SqliteDialect({ database }) }));
  await expectItGoesOn(await openSqlite(dir, systemClock));
});

test('migrates a PostgreSQL database of the previous version and deletes its jobs for good', async () => {
  const pool = new pg.Pool({ connectionString: postgres.url() });
  await writeVersion4('postgres', new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) }));
  await expectItGoesOn(await openPostgres(postgres.url(), systemClock));
});

const UPLOAD = { upload_id: 'one', user_id: '1', key: 'one-upload.jpg', content_type: 'image/jpeg', created_at: 1 };

/** Creates a database as migration 0007 leaves it, with one waiting job that names an upload. */
async function writeVersion7(dialect: 'sqlite' | 'postgres', db: Kysely<Tables>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => createMigrations(dialect) } });
  expect((await migrator.migrateTo('0007-model-families')).error).toBeUndefined();
  await db
    .insertInto('uploads')
    .values({ ...UPLOAD, width: 1, height: 1, bytes: 3 })
    .execute();
  const columns = {
    ...{ job_id: JOB, user_id: '1', status: 'PENDING', version: 1, created_at: 1, updated_at: 1, progress_from: 0 },
    ...{ family: 'image-01', upload_id: UPLOAD.upload_id },
    request: JSON.stringify({
      ...{ model: 'image-01', prompt: 'a lighthouse', n: 1 },
      subject_reference: [{ type: 'character', image_file: `upload://${UPLOAD.upload_id}` }],
    }),
  };
  await db.insertInto('jobs').values(columns).execute();
  await db.destroy();
}

/** An upload that a job of the older version names is kept with it, and deleted with the last job that names it. */
async function expectItKeepsTheUpload(database: Database): Promise<void> {
  onTestFinished(database.close);
  const jobs = createSqlJobStore(database);
  const retention = createSqlRetentionStore(database);
  expect(await retention.deleteUploadsBefore(Number.MAX_SAFE_INTEGER)).toEqual([]);
  const request = h3RequestWith('two', UPLOAD.upload_id);
  const further = newJob({ request, uploads: [newUpload({ uploadId: 'two' })], uploadIds: [UPLOAD.upload_id] });
  expect(await jobs.createJob(further, NO_LIMITS)).toMatchObject({ kind: 'created' });
  expect(await jobs.deleteJob(JOB)).toEqual([]);
  expect(await jobs.deleteJob(further.jobId)).toContain(UPLOAD.key);
}

test('keeps the upload of a job that a SQLite database of the previous version names', async () => {
  const dir = await temporaryFolder();
  const database = new Sqlite(path.join(dir, 'darkroom.sqlite'));
  await writeVersion7('sqlite', new Kysely<Tables>({ dialect: new SqliteDialect({ database }) }));
  await expectItKeepsTheUpload(await openSqlite(dir, systemClock));
});

test('keeps the upload of a job that a PostgreSQL database of the previous version names', async () => {
  const server = await openPostgresServer();
  onTestFinished(server.close);
  const url = await server.createDatabase();
  const pool = new pg.Pool({ connectionString: url });
  await writeVersion7('postgres', new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) }));
  await expectItKeepsTheUpload(await openPostgres(url, systemClock));
});

/** Creates a database as migration 0009 leaves it, with the usage of user 1: three images and an upload. */
async function writeVersion9(dialect: 'sqlite' | 'postgres', db: Kysely<Tables>, now: number): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => createMigrations(dialect) } });
  expect((await migrator.migrateTo('0009-usage-ids')).error).toBeUndefined();
  await writeUsage(db, now, 3);
  await writeUsage(db, now, 0);
}

/** Records a usage event as version 0009 does. */
async function writeUsage(db: Kysely<Tables>, now: number, images: number): Promise<void> {
  await sql`INSERT INTO orders (user_id, ordered_at, images, usage_id) VALUES ('1', ${now}, ${images}, null)`.execute(
    db,
  );
}

/** Usage that does not say its cost has the price of image-01, also when a process of the older version adds to it. */
async function expectItCountsTheUsage(database: Database, now: number): Promise<void> {
  onTestFinished(database.close);
  const jobs = createSqlJobStore({ ...database, now: async () => now });
  const create = async (userDailyUnits: number) =>
    (await jobs.createJob(newJob(), { ...NO_LIMITS, userDailyUnits })).kind;
  expect(await create(3)).toBe('refused');
  expect(await create(4)).toBe('created');
  await writeUsage(database.db, now, 2);
  expect(await create(6)).toBe('refused');
  expect(await create(7)).toBe('created');
}

test('counts the usage of a SQLite database of the previous version at the price of image-01', async () => {
  const dir = await temporaryFolder();
  const now = systemClock.now();
  const older = new Kysely<Tables>({
    dialect: new SqliteDialect({ database: new Sqlite(path.join(dir, 'darkroom.sqlite')) }),
  });
  await writeVersion9('sqlite', older, now);
  await older.destroy();
  await expectItCountsTheUsage(await openSqlite(dir, systemClock), now);
});

test('counts the usage of a PostgreSQL database of the previous version at the price of image-01', async () => {
  const server = await openPostgresServer();
  onTestFinished(server.close);
  const url = await server.createDatabase();
  const now = systemClock.now();
  const older = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: url }) }),
  });
  await writeVersion9('postgres', older, now);
  await older.destroy();
  await expectItCountsTheUsage(await openPostgres(url, systemClock), now);
});

test('moves pending and past deletions and the uploads of jobs to PostgreSQL with the other rows', async () => {
  const from = await openSqlite(await temporaryFolder(), systemClock);
  onTestFinished(from.close);
  const server = await openPostgresServer();
  const to = await openPostgres(await server.createDatabase(), systemClock);
  onTestFinished(async () => {
    await to.close();
    await server.close();
  });
  const deletion = { key: 'a.jpg', job_id: JOB, worker_id: '', due_at: 1, tries: 2 };
  const deleted = { job_id: JOB, user_id: '1', deleted_at: 1 };
  await from.db.insertInto('file_deletions').values(deletion).execute();
  await from.db.insertInto('deleted_jobs').values(deleted).execute();
  const named = { job_id: JOB, upload_id: 'two' };
  await from.db.insertInto('job_uploads').values(named).execute();
  await copyRows(from.db, to.db);
  expect(await to.db.selectFrom('job_uploads').selectAll().execute()).toEqual([named]);
  expect(await to.db.selectFrom('file_deletions').selectAll().execute()).toEqual([deletion]);
  expect(await to.db.selectFrom('deleted_jobs').selectAll().execute()).toEqual([deleted]);
});
