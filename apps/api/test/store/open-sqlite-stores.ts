import { copyMigratedDatabase } from '@darkroom/test-kit/api/migrated-sqlite';
import { onTestFinished } from 'vitest';
import { createSqlDeletionStore } from '../../src/store/shared/sql-deletion-store.ts';
import { createSqlJobStore } from '../../src/store/shared/sql-job-store.ts';
import { createSqlRetentionStore } from '../../src/store/shared/sql-retention-store.ts';
import { createSqlUploadStore } from '../../src/store/shared/sql-upload-store.ts';
import { createSqlWorkerStore } from '../../src/store/shared/sql-worker-store.ts';
import { openSqlite } from '../../src/store/sqlite/open-sqlite.ts';
import { createManualClock, type ManualClock } from '../manual-clock.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { readAttempts, type Stores } from './stores.ts';

interface Place {
  dir?: string;
  clock?: ManualClock;
}

/** Opens the stores over a SQLite file, by default a new one. They are closed when the test ends. */
export async function openSqliteStores({ dir, clock = createManualClock() }: Place = {}): Promise<Stores> {
  const folder = dir ?? (await temporaryFolder());
  if (dir === undefined) await copyMigratedDatabase(folder);
  const database = await openSqlite(folder, clock);
  onTestFinished(database.close);
  return {
    jobs: createSqlJobStore(database),
    uploads: createSqlUploadStore(database),
    retention: createSqlRetentionStore(database),
    workers: createSqlWorkerStore({ database, leaseMs: null }),
    deletions: createSqlDeletionStore({ database, leaseMs: null }),
    clock,
    readAttempts: () => readAttempts(database),
    async reopen() {
      await database.close();
      return openSqliteStores({ dir: folder, clock });
    },
  };
}
