import { existsSync } from 'node:fs';
import { openClaimedFileStore } from './claimed-file-store.ts';
import type { Config } from './config.ts';
import type { FileStore } from './files/file-store.ts';
import { createLocalQueue } from './queue/local-queue.ts';
import type { Calls, Queue } from './queue/queue.ts';
import type { Database } from './store/shared/database.ts';
import { StoreOpenError } from './store/shared/store-open-error.ts';
import { type DeletedList, openDeletedList } from './store/sqlite/deleted-list.ts';
import { openSqlite, sqliteFile } from './store/sqlite/open-sqlite.ts';
import type { Logger } from './telemetry/logger.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;

/** What is one for all processes: on this machine, or on servers that they share. */
export interface Deployment {
  database: Database;
  files: FileStore;
  /** Null where the database says itself what was deleted, whatever is restored: see docs/operating.md. */
  deletedList: DeletedList | null;
  /** How long a worker may go unseen. Null where one process has all of it to itself. */
  leaseMs: number | null;
  /** `calls` is null in a process that makes none. */
  createQueue(calls: Calls | null): Queue;
  /** Ends for good. */
  close(): Promise<void>;
}

interface DeploymentDeps {
  config: Config;
  /** Of this process, while it lives. */
  workerId: string;
  clock(): number;
  log: Logger;
}

/** What the database brings with it. */
type Foundation = Omit<Deployment, 'files'>;

/** SQLite and p-queue, or PostgreSQL and pg-boss. Rejects with StoreOpenError when it cannot be had. */
export async function openDeployment(deps: DeploymentDeps): Promise<Deployment> {
  const { config, workerId, log } = deps;
  const foundation = await (config.DATABASE_URL === undefined
    ? openAlone(deps)
    : openShared(deps, config.DATABASE_URL));
  const onAway = (err: unknown) => log.warn({ err }, 'the storage does not say whose files it has');
  try {
    const writing = { writer: workerId, isAlone: foundation.leaseMs === null };
    return { ...foundation, files: await openClaimedFileStore(config, foundation.database.db, onAway, writing) };
  } catch (error) {
    await foundation.close();
    throw error;
  }
}

/** Its jobs are unknown in PostgreSQL: their files would be swept, and the calls of those that wait never made. */
function refuseUnmoved(dataDir: string): void {
  const file = sqliteFile(dataDir);
  if (!existsSync(file)) return;
  throw new StoreOpenError(
    `${file} has not moved to PostgreSQL: run \`npm run migrate:to-postgres\`, or set another DATA_DIR`,
  );
}

async function openAlone({ config, clock, log }: DeploymentDeps): Promise<Foundation> {
  const database = await openSqlite(config.DATA_DIR, clock);
  const onError = reportTo(log);
  return {
    database,
    deletedList: await openDeletedList(config.DATA_DIR, database.db, clock() - config.RESULT_TTL_DAYS * DAY_MS),
    leaseMs: null,
    createQueue(calls) {
      if (!calls) throw new Error('Alone, this process makes the calls');
      return createLocalQueue({ ...calls, clock, onError });
    },
    close: database.close,
  };
}

async function openShared({ config, clock, log }: DeploymentDeps, databaseUrl: string): Promise<Foundation> {
  refuseUnmoved(config.DATA_DIR);
  // They take a while to load: only those who use them wait.
  const { listenWithReconnect } = await import('./store/postgres/listen-with-reconnect.ts');
  const { openPostgres } = await import('./store/postgres/open-postgres.ts');
  const { createPgQueue } = await import('./queue/pg-queue.ts');
  const { openWakeUpQueue } = await import('./queue/wake-up-queue.ts');
  const onLost = (err: unknown) => log.warn({ err }, 'a connection to PostgreSQL was lost');
  const database = await openPostgres(databaseUrl, onLost);
  const turns = await openWakeUpQueue(databaseUrl, {
    onError: onLost,
    listen: (channel, onNotification, resync) =>
      listenWithReconnect({ connectionString: databaseUrl }, channel, { onNotification, resync, onLost }),
  });
  return {
    database,
    deletedList: null,
    leaseMs: config.WORKER_LEASE_MS,
    createQueue: (calls) => createPgQueue({ boss: turns, worker: calls, clock, onError: reportTo(log) }),
    async close() {
      await turns.stop({ graceful: false });
      await database.close();
    },
  };
}

function reportTo(log: Logger) {
  return (err: unknown) => log.error({ err }, 'the next job could not be taken');
}
