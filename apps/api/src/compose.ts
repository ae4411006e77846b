import { randomBytes, randomUUID } from 'node:crypto';
import path from 'node:path';
import { createMiniMaxClient, createStartDeadline } from '@darkroom/minimax-client';
import type { FastifyInstance } from 'fastify';
import PQueue from 'p-queue';
import { createCloseServer } from './close-server.ts';
import type { Config } from './config.ts';
import { openDeployment } from './deployment.ts';
import { every, type Repeated } from './every.ts';
import { createLocalAnswerSpool } from './files/local-answer-spool.ts';
import { createUrlSigner } from './files/url-signer.ts';
import { createAuthenticate } from './http/authenticate.ts';
import type { SignDevToken } from './http/dev-token.ts';
import { buildServer } from './http/server.ts';
import { signToken } from './http/sign-token.ts';
import { UNAUTHENTICATED_REASONS } from './http/unauthenticated.ts';
import { createCreateJob } from './jobs/create-job.ts';
import { createEstimates } from './jobs/estimate.ts';
import { createFileLedger } from './jobs/file-ledger.ts';
import { createImageService } from './jobs/image-service.ts';
import { createInTurn } from './jobs/in-turn.ts';
import { createOutcomeKeeper } from './jobs/keep-outcome.ts';
import { observeProvider, observeStore } from './jobs/observer.ts';
import { createOpenFile } from './jobs/open-file.ts';
import { createPresentJob } from './jobs/present-job.ts';
import { recoverJobs } from './jobs/recover-jobs.ts';
import { loadReference } from './jobs/reference.ts';
import { createAnswerResumer } from './jobs/resume-answers.ts';
import { createTakeNext } from './jobs/run-job.ts';
import { createPictureSaver } from './jobs/save-pictures.ts';
import { createSaveUpload } from './jobs/save-upload.ts';
import { createWatcher } from './jobs/watch-job.ts';
import { createPictures } from './pictures/create-pictures.ts';
import { createMiniMaxProvider } from './provider/minimax-provider.ts';
import { createReadiness, type Phase } from './readiness.ts';
import { createRounds } from './rounds.ts';
import { createRunningStopwatch } from './running-stopwatch.ts';
import type { JobStore } from './store/job-store.ts';
import { createSqlDeletionStore } from './store/sql-deletion-store.ts';
import { createSqlJobStore } from './store/sql-job-store.ts';
import { createSqlRetentionStore } from './store/sql-retention-store.ts';
import { keepSecret, LINK_KEY } from './store/sql-secret-store.ts';
import { createSqlUploadStore } from './store/sql-upload-store.ts';
import { createSqlWorkerStore } from './store/sql-worker-store.ts';
import { tellUnavailable } from './store/unavailable.ts';
import type { Logger } from './telemetry/logger.ts';
import { createMetrics, type QueueFigures } from './telemetry/metrics.ts';
import { decodePlaces } from './thread-pool.ts';

/**
 * Pictures of all jobs that are fetched and worked on at once: many, so that links that hang keep nobody else waiting. Of
 * those that are there only so many are decoded at once as there are cores.
 */
const PICTURES_AT_ONCE = 32;
const DAY_MS = 24 * 60 * 60 * 1_000;
/** It takes more than one lost beat to be given up. */
const BEATS_PER_LEASE = 5;
/** With the lease this bounds how long a dead worker's jobs say nothing. */
const RECOVERIES_PER_LEASE = 3;

export interface App {
  server: FastifyInstance;
  /** Recovers what the last process left, then takes jobs. Orders that come before wait. */
  start(): Promise<void>;
  /** Takes nothing new; resolves when all that runs has ended, the start too. Reads are answered throughout. */
  drain(): Promise<void>;
  /** Ends for good, whatever still runs: requests have a few seconds. */
  close(): Promise<void>;
}

interface Surroundings {
  config: Config;
  minimax: { apiKey: string; baseUrl: string };
  publicUrl: string;
  log: Logger;
}

/** Every part, built once, in the order of the story. */
export async function compose({ config, minimax, publicUrl, log }: Surroundings): Promise<App> {
  const clock = Date.now;
  /** For what lasts: nobody sets it back. */
  const stopwatch = () => performance.now();
  const stopping = new AbortController();
  let phase: Phase = 'starting';
  const takesOrders = config.ROLE !== 'worker';
  const makesCalls = config.ROLE !== 'api';

  // The truth, and where pictures live.
  const workerId = randomUUID();
  const deployment = await openDeployment({ config, workerId, clock, log });
  const { database, files } = deployment;
  const { leaseMs } = deployment;
  const isShared = leaseMs !== null;
  const sqlStore = tellUnavailable(createSqlJobStore(database));
  const metrics = createMetrics({ readQueue: () => readQueue(sqlStore), refusalReasons: UNAUTHENTICATED_REASONS });
  const store = observeStore(sqlStore, metrics);
  const uploads = tellUnavailable(createSqlUploadStore(database));
  const retention = createSqlRetentionStore(database);
  const workers = tellUnavailable(createSqlWorkerStore({ database, leaseMs: deployment.leaseMs }));
  const deletions = tellUnavailable(createSqlDeletionStore({ database, leaseMs: deployment.leaseMs }));
  const ledger = createFileLedger({ deletions, files, workerId, log });
  // A start that could only die of a full disk ends here, before anybody hears that it listens.
  if (!isShared) await store.ping();
  if (config.s3 === null) await files.ping();
  for (const jobId of await retention.deletedBefore()) await store.deleteJob(jobId); // a backup brought them back
  const signer = createUrlSigner({
    secret: await keepSecret(database.db, LINK_KEY, () => randomBytes(32).toString('base64url')),
    baseUrl: publicUrl,
    ttlS: config.FILE_URL_TTL_S,
    clock,
  });

  // The provider, and what becomes of its pictures.
  const client = createMiniMaxClient({ ...minimax, timeoutMs: config.MINIMAX_TIMEOUT_MS });
  const responseFormat = config.MINIMAX_RESPONSE_FORMAT;
  const provider = observeProvider(createMiniMaxProvider({ client, responseFormat }), metrics, clock);
  const pictures = createPictures({
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
  const running = createRunningStopwatch(stopwatch);
  const picturePlaces = new PQueue({ concurrency: PICTURES_AT_ONCE });
  const saver = createPictureSaver({
    store,
    files,
    ledger,
    pictures,
    inPlace: (work) => picturePlaces.add(work),
    retryForMs: config.DOWNLOAD_RETRY_FOR_MS,
    stopwatch: running.read,
    log,
  });

  // The queue between them.
  const heldAttempts = new Set<string>();
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
    ledger,
    savePictures: saver.save,
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
    heldAttempts,
    rpm,
    clock,
    stopwatch,
  });
  const queue = deployment.createQueue(makesCalls ? { concurrency, takeNext } : null);
  const answers = createAnswerResumer({
    store,
    spool,
    provider,
    keeper: createOutcomeKeeper({ ...outcomes, savePictures: () => {} }),
    async onResumed() {
      for (const jobId of await workers.adoptSaving(workerId)) saver.save(jobId);
      queue.wake();
    },
    log,
    stopping: stopping.signal,
  });
  const recover = () => recoverJobs({ store, workers, workerId, heldAttempts, savePictures: saver.save, answers, log });
  const beat = () => workers.beat(workerId, makesCalls ? concurrency : 0);
  /** A file that is written by nobody who lives is taken for left behind. */
  if (isShared) await beat();
  let heartbeat: Repeated | undefined;
  /** What waits to be tried again goes on elsewhere at once. */
  const leave = () => workers.leave(workerId).catch((err: unknown) => log.warn({ err }, 'it will be missed instead'));
  const countPlaces = isShared ? workers.countPlaces : async () => concurrency;
  const estimates = createEstimates({ store, countPlaces, rpm, stopwatch });

  // The verbs, and the faces that call them.
  const watcher = createWatcher({ store });
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
  const inTurn = createInTurn();
  const images = createImageService({
    store,
    ledger,
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
      ledger,
      pictures,
      queue,
      estimates,
      limits,
      inTurn,
      clock,
      isDraining,
    }),
    saveUpload: createSaveUpload({ uploads, files, ledger, pictures, signer, limits, inTurn }),
    watcher,
    presentJob: createPresentJob({ store, signer, estimates }),
  });
  const rounds = createRounds({
    store,
    retention,
    files,
    ledger,
    async deleteFiles() {
      await ledger.round();
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
      stopwatch,
      log,
    }),
    readiness: createReadiness({
      phase: () => phase,
      checks: { database: store.ping, files: files.ping },
      stopwatch,
      log,
    }),
    log,
    corsOrigins: config.CORS_ORIGINS ?? [new URL(publicUrl).origin],
    trustProxy: config.TRUST_PROXY ?? false,
    signDevToken: developmentTokens(config),
    metrics,
    metricsAccess: { token: config.METRICS_TOKEN ?? null, isOpenToLoopback: !config.isProduction },
    publicUrl,
    stopwatch,
  });

  const closeServer = createCloseServer(server);
  let started: Promise<void> | undefined;

  async function begin(): Promise<void> {
    if (isShared) heartbeat = every({ ms: leaseMs / BEATS_PER_LEASE, task: 'be seen', work: beat, log });
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
      await queue.drain(); // a call that ends may still bring pictures to save
      await answers.drain();
      await saver.drain();
      await roundsEnded;
      await heartbeat?.stop(); // until here its calls were its own
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

/** Tokens for the asking exist only on a developer's own machine. */
function developmentTokens(config: Config): SignDevToken | null {
  const { isProduction, hostIsLoopback, jwtKey, JWT_ISSUER: iss, JWT_AUDIENCE: aud } = config;
  if (isProduction || !hostIsLoopback || jwtKey.kind !== 'secret') return null;
  return (ids) => signToken(jwtKey.secret, { ...ids, iss, aud });
}
