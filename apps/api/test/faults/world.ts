import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { MODELS } from '@darkroom/contracts';
import { createMiniMaxClient } from '@darkroom/minimax-client';
import { systemClock } from '../../src/clock.ts';
import { createLocalAnswerSpool } from '../../src/files/local-answer-spool.ts';
import { createLocalFileStore } from '../../src/files/local-file-store.ts';
import { createEstimates } from '../../src/job/estimate.ts';
import type { Family } from '../../src/job/model-family.ts';
import { createOutcomeCommitter } from '../../src/jobs/commit-outcome.ts';
import { createCreateJob } from '../../src/jobs/create-job.ts';
import { createFileTracker } from '../../src/jobs/file-tracker.ts';
import { loadReferences } from '../../src/jobs/load-references.ts';
import { recoverJobs } from '../../src/jobs/recover-jobs.ts';
import { createAnswerResumer } from '../../src/jobs/resume-answers.ts';
import { createTakeNext } from '../../src/jobs/run-job.ts';
import { createImageSaver } from '../../src/jobs/save-images.ts';
import { createSaveUpload } from '../../src/jobs/save-upload.ts';
import { createUserMutex } from '../../src/jobs/user-mutex.ts';
import { createMiniMaxProvider } from '../../src/provider/minimax-provider.ts';
import type { TakeNext } from '../../src/queue/queue.ts';
import type { Database } from '../../src/store/shared/database.ts';
import { createSqlDeletionStore } from '../../src/store/shared/sql-deletion-store.ts';
import { createSqlJobStore } from '../../src/store/shared/sql-job-store.ts';
import { createSqlRetentionStore } from '../../src/store/shared/sql-retention-store.ts';
import { createSqlUploadStore } from '../../src/store/shared/sql-upload-store.ts';
import { createSqlWorkerStore } from '../../src/store/shared/sql-worker-store.ts';
import { wrapStorageErrors } from '../../src/store/shared/wrap-storage-errors.ts';
import { createFakeImageProcessor } from '../jobs/fake-image-processor.ts';
import { createRecordedLog } from '../jobs/recorded-log.ts';
import { answered, createScriptedProvider } from '../jobs/scripted-provider.ts';
import { createManualClock } from '../manual-clock.ts';
import { NO_LIMITS, slots } from '../store/stores.ts';
import { createProcessLife, killableDatabase, killableFiles } from './killable-parts.ts';

/** The clock of the database, shared by all processes. */
export const clock = createManualClock();

/** What survives every process: one database, one file folder, and the provider with its own state. */
export interface World {
  database: Database;
  leaseMs: number | null;
  dir: string;
  provider: ReturnType<typeof createScriptedProvider>;
}

export function createWorld(database: Database, leaseMs: number | null, dir: string): World {
  return {
    database: { ...database, now: async () => clock.now() },
    leaseMs,
    dir,
    provider: createScriptedProvider(answered),
  };
}

export type Process = Awaited<ReturnType<typeof startProcess>>;

/** Starts one process with all parts of the product. It dies after its `killAfter`-th durable write. */
export async function startProcess({ database, leaseMs, dir, provider }: World, killAfter: number | null = null) {
  const life = createProcessLife(killAfter);
  const workerId = randomUUID();
  const isSingleProcess = leaseMs === null;
  const own = killableDatabase(database, life);
  const files = killableFiles(
    await createLocalFileStore({ dir, writer: workerId, isSingleProcess, clock: systemClock }),
    life,
    {
      dir,
      writer: workerId,
    },
  );
  const store = wrapStorageErrors(createSqlJobStore(own), clock);
  const uploads = wrapStorageErrors(createSqlUploadStore(own), clock);
  const retention = createSqlRetentionStore(own);
  const deletions = wrapStorageErrors(createSqlDeletionStore({ database: own, leaseMs }), clock);
  const log = createRecordedLog();
  const fileTracker = createFileTracker({ deletions, files, workerId, clock, log });
  // Heartbeats belong to no verb, so they are not counted as writes.
  const workers = createSqlWorkerStore({ database, leaseMs });
  await workers.heartbeat(workerId, slots(4));
  const imageProcessor = {
    ...createFakeImageProcessor(),
    prepareUpload: async (bytes: Uint8Array) => ({
      ...{ bytes, contentType: 'image/jpeg' as const, width: 512, height: 512, compressed: true },
    }),
  };
  const stopping = new AbortController();
  const ownedAttempts = new Set<string>();
  let beforeSaving = async () => {};
  const { download, compress } = imageProcessor;
  imageProcessor.download = async (...args) => beforeSaving().then(() => download.apply(imageProcessor, args));
  imageProcessor.compress = async (...args) => beforeSaving().then(() => compress(...args));
  const saver = createImageSaver({
    store,
    files,
    fileTracker,
    imageProcessor,
    runLimited: (work) => work(),
    retryForMs: 900_000,
    clock,
    runningMs: clock.monotonic,
    log,
  });
  const spool = createLocalAnswerSpool({
    dir: path.join(dir, '..', 'answers'),
    clock: systemClock,
    onError: (err) => log.warn({ err }, 'spool'),
  });
  const outcomes = {
    ...{ store, files, fileTracker, saveImages: saver.save, queueTtlMs: 1_800_000, retryBaseMs: 5_000 },
    ...{ random: () => 0, clock, log, stopping: stopping.signal },
  };
  const takeNextOf = (family: Family) =>
    createTakeNext({
      ...outcomes,
      store,
      spool,
      provider: {
        async generate(call, options) {
          await life.live();
          const outcome = await provider.generate(call, options);
          life.wrote('call of the provider');
          await life.live();
          return outcome;
        },
      },
      loadReferences: (request) => loadReferences({ uploads, files, signer: null }, request),
      workerId,
      ownedAttempts,
      family,
      rpm: 0,
    });
  const takeNext = takeNextOf('image-01');
  const takeNextStream = takeNextOf('h3');
  const answers = createAnswerResumer({
    ...{ store, spool, log, stopping: stopping.signal },
    provider: createMiniMaxProvider({ client: createMiniMaxClient({ apiKey: 'key' }), responseFormat: 'url' }),
    committer: createOutcomeCommitter({ ...outcomes, saveImages: () => {} }),
    onResumed: async () => {
      for (const jobId of await workers.adoptSaving(workerId)) saver.save(jobId);
    },
  });
  const runExclusive = createUserMutex();
  const signer = { sign: (key: string) => ({ url: key, expiresAt: new Date(0) }), verify: () => true };

  async function untilIdle(take: TakeNext = takeNext): Promise<void> {
    for (let taken = await take(); taken.kind === 'running'; taken = await take()) await taken.done;
  }

  /** Waits until everything it has started to save is saved. */
  const untilSaved = () => saver.drain();

  /** Advances the clock while this process writes its heartbeats on time. */
  async function liveFor(fiveSeconds: number): Promise<void> {
    for (let count = 0; count < fiveSeconds; count++) {
      clock.advance(5_000);
      await workers.heartbeat(workerId, slots(4));
    }
  }

  return {
    life,
    log,
    store,
    uploads,
    retention,
    files,
    fileTracker,
    untilIdle,
    /** The same for jobs of the H3 family, which nothing else calls. */
    untilStreamed: () => untilIdle(takeNextStream),
    untilSaved,
    /** Delays the saving of every image. */
    beforeSaving(wait: () => Promise<void>) {
      beforeSaving = wait;
    },
    createJob: (limits = {}) =>
      createCreateJob({
        ...{ store, uploads, files, fileTracker, imageProcessor, clock, isDraining: () => false },
        queues: { wake: () => {} },
        estimates: createEstimates({ store, countSlots: async () => 4, rpm: slots(0), clock }),
        limits: { ...NO_LIMITS, ...limits },
        models: MODELS,
        runExclusive,
      }),
    saveUpload: (userUploadBytes = 0) =>
      createSaveUpload({
        ...{ uploads, files, fileTracker, imageProcessor, signer, runExclusive },
        limits: { ratePerMinute: 0, userUploadBytes },
      }),
    /** What a process does at its start and in its first periodic runs. */
    async recover() {
      if (isSingleProcess) await deletions.makeAllDue();
      // On a shared database a worker judges others only after it has written heartbeats for the length of a lease.
      if (!isSingleProcess) await liveFor(5);
      await recoverJobs({ store, workers, workerId, ownedAttempts, saveImages: saver.save, answers, log });
      await answers.drain();
      await fileTracker.deleteDue();
      if (!isSingleProcess) await files.removePartialFiles((writers) => workers.endedOf(workerId, writers));
      await untilIdle();
      await untilSaved();
      await liveFor(2);
      await fileTracker.deleteDue();
    },
  };
}

/** Reads all files in the folder, and the files that the database refers to. */
export async function readTraces({ database: { db }, dir }: World) {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const inFolder = entries.filter((entry) => entry.isFile());
  const rows = await db.selectFrom('pictures').selectAll().execute();
  const jobs = await db.selectFrom('jobs').select(['job_id', 'status', 'stage']).execute();
  const uploads = await db.selectFrom('uploads').select('key').execute();
  const status = new Map(jobs.map((job) => [job.job_id, job.status]));
  const keyIn = (json: string | null) => (/"key":"([^"]+)"/.exec(json ?? '') ?? [])[1];
  const results = rows.flatMap((row) => keyIn(row.asset) ?? []);
  const sources = rows
    .filter((row) => status.get(row.job_id) === 'PROCESSING')
    .flatMap((row) => keyIn(row.source) ?? []);
  return {
    halfWritten: inFolder.filter((entry) => path.basename(entry.parentPath) === 'writing').map((entry) => entry.name),
    files: new Set(
      inFolder.filter((entry) => path.basename(entry.parentPath) !== 'writing').map((entry) => entry.name),
    ),
    named: new Set([...uploads.map((row) => row.key), ...results, ...sources]),
    /** Late answers, kept with a job that already has a presumed outcome. */
    late: new Set(rows.filter((row) => status.get(row.job_id) === 'FAILED').flatMap((row) => keyIn(row.source) ?? [])),
    pendingDeletions: (await db.selectFrom('file_deletions').selectAll().execute()).map((row) => row.key),
    open: jobs.filter((job) => job.status === 'PENDING' || job.status === 'PROCESSING').length,
  };
}
