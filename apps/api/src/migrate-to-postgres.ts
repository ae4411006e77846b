import { existsSync, renameSync } from 'node:fs';
import path from 'node:path';
import { type Config, loadConfig } from './config.ts';
import { copyFiles } from './files/copy-files.ts';
import { createLocalFileStore } from './files/local-file-store.ts';
import { createS3FileStore } from './files/s3-file-store.ts';
import { describeStartFailure } from './start-failure.ts';
import { copyRows } from './store/copy-rows.ts';
import { lockDataDir } from './store/lock-data-dir.ts';
import { openPostgres } from './store/open-postgres.ts';
import { movedFile, openSqlite, sqliteFile } from './store/open-sqlite.ts';
import { StoreOpenError } from './store/store-open-error.ts';

/**
 * `npm run migrate:to-postgres`: moves the deployment in DATA_DIR to DATABASE_URL, and its files to S3 if that is set. It may
 * be run again after an interruption at any point. The old database is kept aside under another name, so that the two are
 * never at work at once: both would make the calls of the jobs that wait.
 */
async function move({ DATA_DIR, DATABASE_URL, s3 }: Config): Promise<void> {
  if (DATABASE_URL === undefined) throw new StoreOpenError('DATABASE_URL: needed, it is where the deployment goes');
  if (!existsSync(sqliteFile(DATA_DIR)) && !existsSync(movedFile(DATA_DIR))) {
    throw new StoreOpenError(`DATA_DIR ${DATA_DIR} holds no deployment`);
  }
  const lock = lockDataDir(DATA_DIR); // the old deployment does not run, and cannot be started meanwhile
  if (s3) {
    const kept = await createLocalFileStore({ dir: path.join(DATA_DIR, 'files') });
    const files = await copyFiles(kept, await createS3FileStore(s3));
    console.log(`${files} files copied to ${s3.bucket}`);
  }
  if (existsSync(sqliteFile(DATA_DIR))) {
    await moveRows(DATA_DIR, DATABASE_URL);
    renameSync(sqliteFile(DATA_DIR), movedFile(DATA_DIR));
  }
  console.log(`Moved. The old database is kept as ${movedFile(DATA_DIR)}; start with DATABASE_URL set from now on.`);
  lock.release();
}

async function moveRows(dataDir: string, databaseUrl: string): Promise<void> {
  const from = await openSqlite(dataDir);
  const to = await openPostgres(databaseUrl);
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
