import { randomBytes, randomUUID } from 'node:crypto';
import { createStartDeadline } from '@darkroom/minimax-client';
import type { FastifyInstance } from 'fastify';
import type { Clock } from './clock.ts';
import type { Config } from './config.ts';
import { openDeployment } from './deployment.ts';
import { createUrlSigner } from './files/url-signer.ts';
import { buildServer, type SurfaceDeps } from './http/server.ts';
import { UNAUTHENTICATED_REASONS } from './http/unauthenticated.ts';
import { createImageProcessor } from './images/create-image-processor.ts';
import { createFileTracker } from './jobs/file-tracker.ts';
import { observeStore } from './jobs/observer.ts';
import { sweep } from './jobs/sweep.ts';
import { createPeriodicTasks, type PeriodicTasks } from './periodic-tasks.ts';
import type { Scheduler } from './queue/scheduler.ts';
import { createReadiness, type Phase } from './readiness.ts';
import type { JobStore } from './store/job-store.ts';
import { getOrCreateSecret, LINK_KEY } from './store/shared/secrets.ts';
import { createSqlDeletionStore } from './store/shared/sql-deletion-store.ts';
import { createSqlJobStore } from './store/shared/sql-job-store.ts';
import { createSqlRetentionStore } from './store/shared/sql-retention-store.ts';
import { createSqlUploadStore } from './store/shared/sql-upload-store.ts';
import { createSqlWorkerStore } from './store/shared/sql-worker-store.ts';
import { wrapStorageErrors } from './store/shared/wrap-storage-errors.ts';
import type { Logger } from './telemetry/logger.ts';
import { createMetrics, type QueueFigures } from './telemetry/metrics.ts';
import { decodeSlots } from './thread-pool.ts';

/** Recoveries per lease. Together with the lease this bounds how long the jobs of a dead worker show no outcome. */
const RECOVERIES_PER_LEASE = 3;

export interface ComposeDeps {
  config: Config;
  minimax: { apiKey: string; baseUrl: string };
  publicUrl: string;
  clock: Clock;
  log: Logger;
}

export type SharedParts = Awaited<ReturnType<typeof composeShared>>;

/** Builds what every role needs. Rejects when the database or the disk cannot be used. */
export async function composeShared({ config, minimax, publicUrl, clock, log }: ComposeDeps) {
  const workerId = randomUUID();
  const deployment = await openDeployment({ config, workerId, clock, log });
  const { database, files, leaseMs } = deployment;
  const sqlStore = wrapStorageErrors(createSqlJobStore(database), clock);
  const metrics = createMetrics({
    clock,
    readQueue: () => readQueue(sqlStore),
    refusalReasons: UNAUTHENTICATED_REASONS,
  });
  const store = observeStore(sqlStore, metrics);
  const uploads = wrapStorageErrors(createSqlUploadStore(database), clock);
  const retention = createSqlRetentionStore(database);
  const workers = wrapStorageErrors(createSqlWorkerStore({ database, leaseMs }), clock);
  const deletions = wrapStorageErrors(createSqlDeletionStore({ database, leaseMs }), clock);
  const fileTracker = createFileTracker({ deletions, files, workerId, clock, log });
  // Fail here on a full disk, before the process listens.
  if (leaseMs === null) await store.ping();
  if (config.s3 === null) await files.ping();
  for (const jobId of await retention.deletedBefore()) await store.deleteJob(jobId); // restored by a backup
  const signer = createUrlSigner({
    secret: await getOrCreateSecret(database.db, LINK_KEY, () => randomBytes(32).toString('base64url')),
    baseUrl: publicUrl,
    ttlS: config.FILE_URL_TTL_S,
    clock,
  });
  const imageProcessor = createImageProcessor({
    format: config.IMAGE_FORMAT,
    quality: config.IMAGE_QUALITY,
    maxEdge: { 'image-01': config.IMAGE_MAX_EDGE, h3: config.h3ImageMaxEdge },
    downloadTimeoutMs: config.DOWNLOAD_TIMEOUT_MS,
    downloadMaxBytes: config.DOWNLOAD_MAX_BYTES,
    trustedOrigin: new URL(minimax.baseUrl).origin,
    aigcPropagator: config.AIGC_PROPAGATOR,
    startDeadline: createStartDeadline(clock),
    clock,
    concurrency: decodeSlots(),
  });
  const app = { config, minimax, publicUrl, log, clock, workerId, metrics };
  const storage = { deployment, files, store, uploads, retention, workers, deletions, fileTracker };
  return { ...app, ...storage, signer, imageProcessor };
}

/** The tasks that one process at a time runs for the whole deployment. */
export function createScheduler(shared: SharedParts): Scheduler {
  const { config, deployment, store, retention, files, fileTracker, clock, log } = shared;
  const { resultTtlMs } = config;
  return deployment.createScheduler([
    { name: 'sweep', run: () => sweep({ store, retention, files, fileTracker, resultTtlMs, clock, log }) },
  ]);
}

/**
 * The tasks that every process runs for itself. `recover` is null in a process that makes no provider calls.
 */
export function createTasks(shared: SharedParts, recover: (() => Promise<void>) | null): PeriodicTasks {
  const { config, store, files, fileTracker, workers, workerId, clock, log } = shared;
  const { leaseMs } = shared.deployment;
  return createPeriodicTasks({
    store,
    async deleteFiles() {
      await fileTracker.deleteDue();
      if (leaseMs !== null) await files.removePartialFiles((writers) => workers.endedOf(workerId, writers));
    },
    recovery: leaseMs !== null && recover ? { everyMs: leaseMs / RECOVERIES_PER_LEASE, recover } : null,
    queueTtlMs: config.QUEUE_TTL_MS,
    clock,
    log,
  });
}

/** `surfaces` is null in a worker. */
export function createServer(
  { config, publicUrl, log, clock, store, files, metrics }: SharedParts,
  phase: () => Phase,
  surfaces: SurfaceDeps | null,
): Promise<FastifyInstance> {
  const checks = { database: store.ping, files: files.ping };
  return buildServer({
    surfaces,
    readiness: createReadiness({ phase, checks, clock, log }),
    log,
    corsOrigins: config.CORS_ORIGINS ?? [new URL(publicUrl).origin],
    trustProxy: config.TRUST_PROXY ?? false,
    metrics,
    metricsAccess: { token: config.METRICS_TOKEN ?? null, isOpenToLoopback: !config.isProduction },
    publicUrl,
    clock,
  });
}

async function readQueue(store: JobStore): Promise<QueueFigures> {
  const waiting = await store.countWaiting();
  const longestWaitMs = await store.longestWaitMs();
  const { open, retries } = await store.countCalls();
  return { waiting, oldestSeconds: (longestWaitMs ?? 0) / 1_000, calling: open, retrying: retries };
}
