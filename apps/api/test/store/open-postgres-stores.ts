import { openPostgresServer, type PostgresServer } from '@darkroom/test-kit/infrastructure/postgres-server';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { openPostgres } from '../../src/store/postgres/open-postgres.ts';
import type { Database } from '../../src/store/shared/database.ts';
import { createSqlDeletionStore } from '../../src/store/shared/sql-deletion-store.ts';
import { createSqlJobStore } from '../../src/store/shared/sql-job-store.ts';
import { createSqlRetentionStore } from '../../src/store/shared/sql-retention-store.ts';
import { createSqlUploadStore } from '../../src/store/shared/sql-upload-store.ts';
import { createSqlWorkerStore } from '../../src/store/shared/sql-worker-store.ts';
import { createManualClock, type ManualClock } from '../manual-clock.ts';
import { readAttempts, type Stores } from './stores.ts';

export const LEASE_MS = 15_000;
/** A start takes two seconds on an idle machine. */
export const STARTS_WITHIN_MS = 60_000;

/** One database for a test file. The server starts before the first test and ends after the last. */
export function givenPostgres(): { url(): string } {
  let server: PostgresServer | undefined;
  let url: string | undefined;
  beforeAll(async () => {
    server = await openPostgresServer();
    url = await server.createDatabase();
  }, STARTS_WITHIN_MS);
  afterAll(() => server?.close(), STARTS_WITHIN_MS);
  return {
    url() {
      if (url === undefined) throw new Error('PostgreSQL has not started');
      return url;
    },
  };
}

/** Opens the stores of one process, closed when the test ends. Any number may share one database. */
export async function openPostgresStores(url: string, clock: ManualClock = createManualClock()): Promise<Stores> {
  const database = await openPostgres(url, systemClock);
  let isOpen = true;
  async function close(): Promise<void> {
    if (isOpen) await database.close();
    isOpen = false;
  }
  onTestFinished(close);
  const onClock: Database = { ...database, now: async () => clock.now() };
  return {
    jobs: createSqlJobStore(onClock),
    uploads: createSqlUploadStore(onClock),
    retention: createSqlRetentionStore(onClock),
    workers: createSqlWorkerStore({ database: onClock, leaseMs: LEASE_MS }),
    deletions: createSqlDeletionStore({ database: onClock, leaseMs: LEASE_MS }),
    clock,
    readAttempts: () => readAttempts(database),
    async reopen() {
      await close();
      return openPostgresStores(url, clock);
    },
  };
}
