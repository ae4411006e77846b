import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { Kysely } from 'kysely';
import type { Clock } from './clock.ts';
import type { Config } from './config.ts';
import type { FileStore } from './files/file-store.ts';
import { createLocalFileStore } from './files/local-file-store.ts';
import { createS3FileStore } from './files/s3-file-store.ts';
import type { Tables } from './store/shared/schema.ts';
import { DEPLOYMENT_ID, getOrCreateSecret } from './store/shared/secrets.ts';
import { StoreOpenError } from './store/shared/store-open-error.ts';

interface WriterOptions {
  clock: Clock;
  /** The worker id of this process. */
  writer?: string;
  /** No other process writes to the store. */
  isSingleProcess?: boolean;
}

/** Opens the file store in a data folder, without checking to which deployment it belongs. */
export function openLocalFiles(dataDir: string, writerOptions: WriterOptions): Promise<FileStore> {
  return createLocalFileStore({ dir: path.join(dataDir, 'files'), ...writerOptions });
}

/**
 * Opens the file store and claims it for the deployment of this database. Rejects with StoreOpenError when it belongs
 * to another deployment: the sweep would delete that deployment's files, since the rows that name them are in another
 * database. When the store is unavailable the check is skipped and `onUnavailable` is called. Every `list` repeats the
 * check before it returns a file, and rejects when the check fails.
 */
export async function openClaimedFileStore(
  { s3, DATA_DIR }: Pick<Config, 's3' | 'DATA_DIR'>,
  db: Kysely<Tables>,
  onUnavailable: (error: unknown) => void,
  writerOptions: WriterOptions,
): Promise<FileStore> {
  const files = await (s3 ? createS3FileStore(s3, writerOptions.clock) : openLocalFiles(DATA_DIR, writerOptions));
  const deploymentId = await getOrCreateSecret(db, DEPLOYMENT_ID, randomUUID);

  async function claim(): Promise<void> {
    if ((await files.claim(deploymentId)) === deploymentId) return;
    const location = s3 ? `S3_BUCKET ${s3.bucket}` : `DATA_DIR ${DATA_DIR}`;
    throw new StoreOpenError(
      `${location} has the files of another deployment: set another (docs/operating.md, "Whose files")`,
    );
  }

  try {
    await claim();
  } catch (error) {
    if (error instanceof StoreOpenError) throw error;
    onUnavailable(error);
  }
  return {
    ...files,
    async *list() {
      await claim();
      yield* files.list();
    },
  };
}
