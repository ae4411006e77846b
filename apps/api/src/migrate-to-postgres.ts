import { existsSync, renameSync } from 'node:fs';
import { openClaimedFileStore, openLocalFiles } from './claimed-file-store.ts';
import { systemClock } from './clock.ts';
import { type Config, loadConfig } from './config.ts';
import { copyFiles } from './files/copy-files.ts';
import { describeStartFailure } from './start-failure.ts';
import { openPostgres } from './store/postgres/open-postgres.ts';
import { copyRows } from './store/shared/copy-rows.ts';
import { StoreOpenError } from './store/shared/store-open-error.ts';
import { lockDataDir } from './store/sqlite/lock-data-dir.ts';
import { movedFile, openSqlite, sqliteFile } from './store/sqlite/open-sqlite.ts';

/**
 * `npm run migrate:to-postgres`: moves the deployment in DATA_DIR to DATABASE_URL, and its files to S3 if that is set.
 * It may be run again after an interruption at any point. The old database is kept under another name, so that the two
 * are never in use at the same time: both would make the provider calls of the waiting jobs.
 */
async function move(config: Config): Promise<void> {
  const { DATA_DIR, DATABASE_URL, s3 } = config;
  if (DATABASE_URL === undefined) throw new StoreOpenError('DATABASE_URL: needed, it is where the deployment goes');
  if (!existsSync(sqliteFile(DATA_DIR)) && !existsSync(movedFile(DATA_DIR))) {
    throw new StoreOpenError(`DATA_DIR ${DATA_DIR} holds no deployment`);
  }
  const lock = lockDataDir(DATA_DIR); // the old deployment is not running, and cannot be started meanwhile
  if (s3) console.log(`${await moveFiles(config, DATABASE_URL)} files copied to ${s3.bucket}`);
  if (existsSync(sqliteFile(DATA_DIR))) {
    await moveRows(DATA_DIR, DATABASE_URL);
    renameSync(sqliteFile(DATA_DIR), movedFile(DATA_DIR));
    console.log(`Moved. The old database is kept as ${movedFile(DATA_DIR)}; start with DATABASE_URL set from now on.`);
  } else {
    console.log(
      `The jobs were moved before, to the DATABASE_URL of then. Their old database is ${movedFile(DATA_DIR)}.`,
    );
  }
  lock.release();
}

/**
 * Copies the files to a bucket, which is claimed for the deployment. The deployment's id is in the database: in SQLite
 * before the rows are moved, in PostgreSQL afterwards.
 */
async function moveFiles(config: Config, databaseUrl: string): Promise<number> {
  const isMoved = !existsSync(sqliteFile(config.DATA_DIR));
  const database = await (isMoved ? openPostgres(databaseUrl, systemClock) : openSqlite(config.DATA_DIR, systemClock));
  try {
    const onUnavailable = (error: unknown) => {
      throw error;
    };
    const bucket = await openClaimedFileStore(config, database.db, onUnavailable, { clock: systemClock });
    return await copyFiles(await openLocalFiles(config.DATA_DIR, { clock: systemClock }), bucket);
  } finally {
    await database.close();
  }
}

async function moveRows(dataDir: string, databaseUrl: string): Promise<void> {
  const from = await openSqlite(dataDir, systemClock);
  const to = await openPostgres(databaseUrl, systemClock);
  try {
    const jobs = await copyRows(from.db, to.db);
    console.log(jobs === null ? 'The jobs were copied before' : `${jobs} jobs copied`);
  } finally {
    await to.close();
    await from.close();
  }
}

try {
  await move(loadConfig());
} catch (error) {
  console.error(describeStartFailure(error) ?? error);
  process.exit(1);
}
