import { randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { openSqlite } from '../../src/store/open-sqlite.ts';
import { createSqlJobStore } from '../../src/store/sql-job-store.ts';
import { createSqlRetentionStore } from '../../src/store/sql-retention-store.ts';
import { createSqlUploadStore } from '../../src/store/sql-upload-store.ts';
import { createHandClock, type HandClock } from '../hand-clock.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { testJobStore } from './job-store.conformance.ts';
import type { Stores } from './stores.ts';

async function openStores(dir: string, clock: HandClock): Promise<Stores> {
  const db = await openSqlite(dir);
  onTestFinished(() => db.destroy());
  return {
    jobs: createSqlJobStore({ db, clock: clock.now, createId: randomUUID }),
    uploads: createSqlUploadStore({ db, clock: clock.now }),
    retention: createSqlRetentionStore({ db }),
    clock,
    async reopen() {
      await db.destroy();
      return openStores(dir, clock);
    },
  };
}

testJobStore('SQLite', async () => openStores(await temporaryFolder(), createHandClock()));
