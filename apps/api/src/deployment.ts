import { existsSync } from 'node:fs';
import { openClaimedFileStore } from './claimed-file-store.ts';
import type { Clock } from './clock.ts';
import type { Config } from './config.ts';
import type { FileStore } from './files/file-store.ts';
import { FAMILIES, type Family } from './job/model-family.ts';
import { createLocalQueue } from './queue/local-queue.ts';
import { createLocalScheduler } from './queue/local-scheduler.ts';
import type { Calls, Queue } from './queue/queue.ts';
import type { ScheduledTask, Scheduler } from './queue/scheduler.ts';
import type { Database } from './store/shared/database.ts';
import { StoreOpenError } from './store/shared/store-open-error.ts';
import { type DeletedList, openDeletedList } from './store/sqlite/deleted-list.ts';
import { openSqlite, sqliteFile } from './store/sqlite/open-sqlite.ts';
import type { Logger } from './telemetry/logger.ts';

/** The infrastructure that all processes of a deployment share: on this machine, or on servers. */
export interface Deployment {
  database: Database;
  files: FileStore;
  /** Null on PostgreSQL, where the table `deleted_jobs` is carried over a restore instead: see docs/operating.md. */
  deletedList: DeletedList | null;
  /** Length of a worker's lease in milliseconds. Null when a single process uses the deployment. */
  leaseMs: number | null;
  /** The queue of a model family. `calls` is null in a process that makes no provider calls. */
  createQueue(family: Family, calls: Calls | null): Queue;
  createScheduler(tasks: readonly ScheduledTask[]): Scheduler;
  /** Closes the connections. The deployment cannot be used afterwards. */
  close(): Promise<void>;
}

interface DeploymentDeps {
  config: Config;
  /** Identifies this process; new at every start. */
  workerId: string;
  clock: Clock;
  log: Logger;
}

/** The parts that depend on the kind of database. */
type DatabaseParts = Omit<Deployment, 'files'>;

/** Opens SQLite with p-queue, or PostgreSQL with pg-boss. Rejects with StoreOpenError when that is not possible. */
export async function openDeployment(deps: DeploymentDeps): Promise<Deployment> {
  const { config, workerId, clock, log } = deps;
  const parts = await (config.DATABASE_URL === undefined
    ? openSingleProcess(deps)
    : openShared(deps, config.DATABASE_URL));
  const onUnavailable = (err: unknown) =>
    log.warn({ err }, 'owner of the file store could not be checked: storage unavailable');
  try {
    const writerOptions = { clock, writer: workerId, isSingleProcess: parts.leaseMs === null };
    return { ...parts, files: await openClaimedFileStore(config, parts.database.db, onUnavailable, writerOptions) };
  } catch (error) {
    await parts.close();
    throw error;
  }
}

/**
 * Throws when DATA_DIR holds a SQLite database that was not migrated. PostgreSQL does not know its jobs: their files
 * would be swept, and the waiting jobs never sent.
 */
function requireMigrated(dataDir: string): void {
  const file = sqliteFile(dataDir);
  if (!existsSync(file)) return;
  throw new StoreOpenError(
    `${file} has not moved to PostgreSQL: run \`npm run migrate:to-postgres\`, or set another DATA_DIR`,
  );
}

async function openSingleProcess({ config, clock, log }: DeploymentDeps): Promise<DatabaseParts> {
  const database = await openSqlite(config.DATA_DIR, clock);
  const onError = reportError(log);
  return {
    database,
    deletedList: await openDeletedList(config.DATA_DIR, database.db, clock.now() - config.resultTtlMs),
    leaseMs: null,
    createQueue(_family, calls) {
      if (!calls) throw new Error('A single process makes the calls itself');
      return createLocalQueue({ ...calls, clock, onError });
    },
    createScheduler: (tasks) => createLocalScheduler({ tasks, clock, log }),
    close: database.close,
  };
}

async function openShared({ config, clock, log }: DeploymentDeps, databaseUrl: string): Promise<DatabaseParts> {
  requireMigrated(config.DATA_DIR);
  // These modules load slowly: import them only where they are used.
  const { openPostgres } = await import('./store/postgres/open-postgres.ts');
  const { createPgBossDatabase } = await import('./store/postgres/pg-boss-database.ts');
  const { openPgBoss } = await import('./queue/open-pg-boss.ts');
  const { createPgQueue } = await import('./queue/pg-queue.ts');
  const { createPgScheduler } = await import('./queue/pg-scheduler.ts');
  const { createWakeUpQueue, WAKE_UP_QUEUES } = await import('./queue/wake-up-queue.ts');
  const onLost = (err: unknown) => log.warn({ err }, 'a connection to PostgreSQL was lost');
  const database = await openPostgres(databaseUrl, clock, onLost);
  const bossDatabase = createPgBossDatabase(databaseUrl, clock, onLost);
  const boss = await openPgBoss(bossDatabase, onLost);
  for (const family of FAMILIES) await createWakeUpQueue(boss, family);
  return {
    database,
    deletedList: null,
    leaseMs: config.WORKER_LEASE_MS,
    createQueue: (family, calls) =>
      createPgQueue({ boss, queueName: WAKE_UP_QUEUES[family], worker: calls, clock, onError: reportError(log) }),
    createScheduler: (tasks) => createPgScheduler({ boss, tasks, log }),
    async close() {
      await boss.stop({ graceful: false });
      await bossDatabase.close();
      await database.close();
    },
  };
}

function reportError(log: Logger) {
  return (err: unknown) => log.error({ err }, 'the next job could not be taken');
}
