import { randomBytes, randomUUID } from 'node:crypto';
import path from 'node:path';
import { createMiniMaxClient, createStartDeadline } from '@darkroom/minimax-client';
import type { FastifyInstance } from 'fastify';
import PQueue from 'p-queue';
import { createCloseServer } from './close-server.ts';
import type { Config } from './config.ts';
import { openDeployment } from './deployment.ts';
import { createLocalAnswerSpool } from './files/local-answer-spool.ts';
import { createUrlSigner } from './files/url-signer.ts';
import { createAuthenticate } from './http/authenticate.ts';
import type { SignDevToken } from './http/dev-token.ts';
import { buildServer } from './http/server.ts';
import { signToken } from './http/sign-token.ts';
import { UNAUTHENTICATED_REASONS } from './http/unauthenticated.ts';
import { createImageProcessor } from './images/create-image-processor.ts';
import { createEstimates } from './job/estimate.ts';
import { createOutcomeCommitter } from './jobs/commit-outcome.ts';
import { createCreateJob } from './jobs/create-job.ts';
import { createFileTracker } from './jobs/file-tracker.ts';
import { createImageService } from './jobs/image-service.ts';
import { observeProvider, observeStore } from './jobs/observer.ts';
import { createOpenFile } from './jobs/open-file.ts';
import { createPresentJob } from './jobs/present-job.ts';
import { recoverJobs } from './jobs/recover-jobs.ts';
import { loadReference } from './jobs/reference.ts';
import { createAnswerResumer } from './jobs/resume-answers.ts';
import { createTakeNext } from './jobs/run-job.ts';
import { createImageSaver } from './jobs/save-images.ts';
import { createSaveUpload } from './jobs/save-upload.ts';
import { createUserMutex } from './jobs/user-mutex.ts';
import { createJobWatcher } from './jobs/watch-job.ts';
import { createPeriodicTasks } from './periodic-tasks.ts';
import { createMiniMaxProvider } from './provider/minimax-provider.ts';
import { createReadiness, type Phase } from './readiness.ts';
import { type Repeated, repeatEvery } from './repeat-every.ts';
import { createRunningTime } from './running-time.ts';
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
import { decodePlaces } from './thread-pool.ts';

/**
 * Images of all jobs that are downloaded and processed at once. The bound is high, so that hanging links do not block
 * other images. Of the downloaded ones, only about as many as there are cores are decoded at once (see `decodePlaces`).
 */
const IMAGES_AT_ONCE = 32;
const DAY_MS = 24 * 60 * 60 * 1_000;
/** Heartbeats per lease: a worker must miss more than one to lose its lease. */
const HEARTBEATS_PER_LEASE = 5;
/** Recoveries per lease. Together with the lease this bounds how long the jobs of a dead worker show no outcome. */
const RECOVERIES_PER_LEASE = 3;

export interface App {
  server: FastifyInstance;
  /** Recovers what the last process left unfinished, then takes jobs. Jobs created before that wait in the queue. */
  start(): Promise<void>;
  /** Takes no further job; resolves when everything that runs has ended, `start` included. Reads are still answered. */
  drain(): Promise<void>;
  /** Shuts down, whatever still runs. Requests in flight have a few seconds. */
  close(): Promise<void>;
}

interface DeploymentDeps {
  config: Config;
  minimax: { apiKey: string; baseUrl: string };
  publicUrl: string;
  log: Logger;
}

/** The composition root: builds every part once, in dependency order. */
export async function compose({ config, minimax, publicUrl, log }: DeploymentDeps): Promise<App> {
  const clock = Date.now;
  /** For durations: a monotonic clock is never set back. */
  const monotonic = () => performance.now();
  const stopping = new AbortController();
  let phase: Phase = 'starting';
  const takesOrders = config.ROLE !== 'worker';
  const makesCalls = config.ROLE !== 'api';

  // Database and file store.
  const workerId = randomUUID();
  const deployment = await openDeployment({ config, workerId, clock, log });
  const { database, files } = deployment;
  const { leaseMs } = deployment;
  const isShared = leaseMs !== null;
  const sqlStore = wrapStorageErrors(createSqlJobStore(database));
  const metrics = createMetrics({ readQueue: () => readQueue(sqlStore), refusalReasons: UNAUTHENTICATED_REASONS });
  const store = observeStore(sqlStore, metrics);
  const uploads = wrapStorageErrors(createSqlUploadStore(database));
  const retention = createSqlRetentionStore(database);
  const workers = wrapStorageErrors(createSqlWorkerStore({ database, leaseMs: deployment.leaseMs }));
  const deletions = wrapStorageErrors(createSqlDeletionStore({ database, leaseMs: deployment.leaseMs }));
  const fileTracker = createFileTracker({ deletions, files, workerId, log });
  // Fail here on a full disk, before the process listens.
  if (!isShared) await store.ping();
  if (config.s3 === null) await files.ping();
  for (const jobId of await retention.deletedBefore()) await store.deleteJob(jobId); // restored by a backup
  const signer = createUrlSigner({
    secret: await getOrCreateSecret(database.db, LINK_KEY, () => randomBytes(32).toString('base64url')),
    baseUrl: publicUrl,
    ttlS: config.FILE_URL_TTL_S,
    clock,
  });

  // Provider and image processing.
  const client = createMiniMaxClient({ ...minimax, timeoutMs: config.MINIMAX_TIMEOUT_MS });
  const responseFormat = config.MINIMAX_RESPONSE_FORMAT;
  const provider = observeProvider(createMiniMaxProvider({ client, responseFormat }), metrics, clock);
  const pictures = createImageProcessor({
    format: config.IMAGE_FORMAT,
    quality: config.IMAGE_QUALITY,
    maxEdge: config.IMAGE_MAX_EDGE,
    downloadTimeoutMs: config.DOWNLOAD_TIMEOUT_MS,
    downloadMaxBytes: config.DOWNLOAD_MAX_BYTES,
    trustedOrigin: new URL(minimax.baseUrl).origin,
    aigcPropagator: config.AIGC_PROPAGATOR,
    startDeadline: createStartDeadline(),
    concurrency: decodePlaces(),
  });
  const running = createRunningTime(monotonic);
  const imageQueue = new PQueue({ concurrency: IMAGES_AT_ONCE });
  const saver = createImageSaver({
    store,
    files,
    fileTracker,
    pictures,
    inPlace: (work) => imageQueue.add(work),
    retryForMs: config.DOWNLOAD_RETRY_FOR_MS,
    monotonic: running.read,
    log,
  });

  // Queue and provider calls.
  const ownedAttempts = new Set<string>();
  const rpm = config.MINIMAX_RPM;
  const concurrency = config.GENERATION_CONCURRENCY;
  const referenceSigner = config.REFERENCE_DELIVERY === 'url' ? signer : null;
  const spool = createLocalAnswerSpool({
    dir: path.join(config.DATA_DIR, 'answers'),
    onError: (err) => log.warn({ err }, 'a provider answer is not written down: it would not outlive this process'),
  });
  const outcomes = {
    store,
    files,
    fileTracker,
    saveImages: saver.save,
    queueTtlMs: config.QUEUE_TTL_MS,
    retryBaseMs: config.MINIMAX_RETRY_BASE_MS,
    random: Math.random,
    log,
    stopping: stopping.signal,
  };
  const takeNext = createTakeNext({
    ...outcomes,
    store,
    provider,
    spool,
    loadReference: (request) => loadReference({ uploads, files, signer: referenceSigner }, request),
    workerId,
    ownedAttempts,
    rpm,
    clock,
    monotonic,
  });
  const queue = deployment.createQueue(makesCalls ? { concurrency, takeNext } : null);
  const answers = createAnswerResumer({
    store,
    spool,
    provider,
    committer: createOutcomeCommitter({ ...outcomes, saveImages: () => {} }),
    async onResumed() {
      for (const jobId of await workers.adoptSaving(workerId)) saver.save(jobId);
      queue.wake();
    },
    log,
    stopping: stopping.signal,
  });
  const recover = () => recoverJobs({ store, workers, workerId, ownedAttempts, saveImages: saver.save, answers, log });
  const sendHeartbeat = () => workers.heartbeat(workerId, makesCalls ? concurrency : 0);
  /** Send the first heartbeat before any file is written: a file whose writer is not alive counts as orphaned. */
  if (isShared) await sendHeartbeat();
  let heartbeat: Repeated | undefined;
  /** Ends this worker's lease, so that other workers adopt its images that wait for a retry at once. */
  const leave = () =>
    workers.deregister(workerId).catch((err: unknown) => log.warn({ err }, 'it will be missed instead'));
  const countSlots = isShared ? workers.countSlots : async () => concurrency;
  const estimates = createEstimates({ store, countSlots, rpm, monotonic });

  // Operations, and the API surfaces that call them.
  const watcher = createJobWatcher({ store });
  const limits = {
    ratePerMinute: config.RATE_LIMIT_PER_MINUTE,
    userUploadBytes: config.USER_UPLOAD_BYTES,
    userDailyImages: config.USER_DAILY_IMAGES,
    dailyImages: config.DAILY_IMAGES,
    userActive: config.USER_ACTIVE_LIMIT,
    queue: config.QUEUE_LIMIT,
    queueTtlMs: config.QUEUE_TTL_MS,
  };
  const isDraining = () => phase === 'draining';
  const runExclusive = createUserMutex();
  const images = createImageService({
    store,
    fileTracker,
    async noteDeletion(userId, jobId) {
      const row = { job_id: jobId, user_id: userId, deleted_at: clock() };
      await deployment.deletedList
        ?.add(row)
        .catch((err: unknown) => log.warn({ err, job_id: jobId }, 'the list of deleted jobs takes no line now'));
    },
    createJob: createCreateJob({
      store,
      uploads,
      files,
      fileTracker,
      pictures,
      queue,
      estimates,
      limits,
      runExclusive,
      clock,
      isDraining,
    }),
    saveUpload: createSaveUpload({ uploads, files, fileTracker, pictures, signer, limits, runExclusive }),
    watcher,
    presentJob: createPresentJob({ store, signer, estimates }),
  });
  const rounds = createPeriodicTasks({
    store,
    retention,
    files,
    fileTracker,
    async deleteFiles() {
      await fileTracker.round();
      if (isShared) await files.removeHalfWritten((writers) => workers.endedOf(workerId, writers));
    },
    recovery: isShared && makesCalls ? { everyMs: leaseMs / RECOVERIES_PER_LEASE, recover } : null,
    queueTtlMs: config.QUEUE_TTL_MS,
    resultTtlMs: config.RESULT_TTL_DAYS * DAY_MS,
    clock,
    log,
  });
  const server = await buildServer({
    images: takesOrders ? images : null,
    openFile: createOpenFile({ files, deletions, signer, clock }),
    authenticate: createAuthenticate({
      key: config.jwtKey,
      issuer: config.JWT_ISSUER,
      audience: config.JWT_AUDIENCE,
      monotonic,
      log,
    }),
    readiness: createReadiness({
      phase: () => phase,
      checks: { database: store.ping, files: files.ping },
      monotonic,
      log,
    }),
    log,
    corsOrigins: config.CORS_ORIGINS ?? [new URL(publicUrl).origin],
    trustProxy: config.TRUST_PROXY ?? false,
    signDevToken: developmentTokens(config),
    metrics,
    metricsAccess: { token: config.METRICS_TOKEN ?? null, isOpenToLoopback: !config.isProduction },
    publicUrl,
    monotonic,
  });

  const closeServer = createCloseServer(server);
  let started: Promise<void> | undefined;

  async function begin(): Promise<void> {
    if (isShared)
      heartbeat = repeatEvery({ ms: leaseMs / HEARTBEATS_PER_LEASE, task: 'be seen', work: sendHeartbeat, log });
    else await deletions.hasten();
    if (makesCalls) await recover();
    if (isDraining()) return;
    queue.start();
    rounds.start();
    phase = 'working';
  }

  return {
    server,
    async start() {
      started = begin();
      await started;
    },
    async drain() {
      phase = 'draining';
      watcher.release();
      await started;
      const roundsEnded = rounds.stop();
      await queue.drain(); // a call that ends may still add images to save
      await answers.drain();
      await saver.drain();
      await roundsEnded;
      await heartbeat?.stop(); // not earlier: the lease protects the running calls
      await leave();
    },
    async close() {
      stopping.abort();
      running.stop();
      await closeServer();
      await deployment.close();
    },
  };
}

async function readQueue(store: JobStore): Promise<QueueFigures> {
  const waiting = await store.countWaiting();
  const longestWaitMs = await store.longestWaitMs();
  const calls = await store.recentCalls(0);
  return { waiting, oldestSeconds: (longestWaitMs ?? 0) / 1_000, calling: calls.open, repeating: calls.repeats };
}

/** Development tokens are issued only outside production, while listening on loopback, and with a shared JWT secret. */
function developmentTokens(config: Config): SignDevToken | null {
  const { isProduction, hostIsLoopback, jwtKey, JWT_ISSUER: iss, JWT_AUDIENCE: aud } = config;
  if (isProduction || !hostIsLoopback || jwtKey.kind !== 'secret') return null;
  return (ids) => signToken(jwtKey.secret, { ...ids, iss, aud });
}
