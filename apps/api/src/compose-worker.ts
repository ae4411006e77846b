import path from 'node:path';
import { createMiniMaxClient } from '@darkroom/minimax-client';
import PQueue from 'p-queue';
import type { SharedParts } from './compose-shared.ts';
import { rpmByFamily, slotsByFamily } from './family-budgets.ts';
import { createLocalAnswerSpool } from './files/local-answer-spool.ts';
import type { Family } from './job/model-family.ts';
import { createOutcomeCommitter } from './jobs/commit-outcome.ts';
import { loadReferences } from './jobs/load-references.ts';
import { observeProvider } from './jobs/observer.ts';
import { recoverJobs } from './jobs/recover-jobs.ts';
import { type AnswerResumer, createAnswerResumer } from './jobs/resume-answers.ts';
import { createTakeNext } from './jobs/run-job.ts';
import { createImageSaver, type ImageSaver } from './jobs/save-images.ts';
import { createMiniMaxProvider } from './provider/minimax-provider.ts';
import { createFamilyQueues } from './queue/family-queues.ts';
import type { FamilyQueues } from './queue/queue.ts';
import { createRunningTime, type RunningStopwatch } from './running-time.ts';

/**
 * Images of all jobs that are downloaded and processed at once. The bound is high, so that hanging links do not block
 * other images. Of the downloaded ones, only about as many as there are cores are decoded at once (see `decodeSlots`).
 */
const IMAGES_AT_ONCE = 32;

interface WorkerParts {
  queues: FamilyQueues;
  answers: AnswerResumer;
  saver: ImageSaver;
  running: RunningStopwatch;
  recover(): Promise<void>;
}

/** Builds what a process with `ROLE=worker` or `all` needs: provider calls, saving their images, and recovery. */
export function composeWorker(shared: SharedParts, stopping: AbortSignal): WorkerParts {
  const { config, minimax, log, clock, workerId, metrics, deployment, workers } = shared;
  const { store, uploads, files, fileTracker, signer, imageProcessor } = shared;

  const client = createMiniMaxClient({
    ...minimax,
    timeoutMs: config.MINIMAX_TIMEOUT_MS,
    images: { timeoutMs: config.MINIMAX_H3_TIMEOUT_MS },
  });
  const responseFormat = config.MINIMAX_RESPONSE_FORMAT;
  const provider = observeProvider(createMiniMaxProvider({ client, responseFormat }), metrics, clock);
  const running = createRunningTime(clock);
  const imageQueue = new PQueue({ concurrency: IMAGES_AT_ONCE });
  const saver = createImageSaver({
    store,
    files,
    fileTracker,
    imageProcessor,
    runLimited: (work) => imageQueue.add(work),
    retryForMs: config.DOWNLOAD_RETRY_FOR_MS,
    clock,
    runningMs: running.read,
    log,
  });
  const spool = createLocalAnswerSpool({
    dir: path.join(config.DATA_DIR, 'answers'),
    clock,
    onError: (err) => log.warn({ err }, 'provider answer could not be recorded: it is lost if this process is killed'),
  });
  const outcomes = {
    store,
    files,
    fileTracker,
    saveImages: saver.save,
    queueTtlMs: config.QUEUE_TTL_MS,
    retryBaseMs: config.MINIMAX_RETRY_BASE_MS,
    random: Math.random,
    clock,
    log,
    stopping,
  };
  const ownedAttempts = new Set<string>();
  const referenceSigner = config.REFERENCE_DELIVERY === 'url' ? signer : null;
  const rpm = rpmByFamily(config);
  const slots = slotsByFamily(config);
  const createTakeNextOf = (family: Family) =>
    createTakeNext({
      ...outcomes,
      provider,
      spool,
      loadReferences: (request) => loadReferences({ uploads, files, signer: referenceSigner }, request),
      workerId,
      ownedAttempts,
      family,
      rpm: rpm[family],
    });
  const queues = createFamilyQueues(deployment.createQueue, (family) => ({
    concurrency: slots[family],
    takeNext: createTakeNextOf(family),
  }));
  const answers = createAnswerResumer({
    store,
    spool,
    provider,
    committer: createOutcomeCommitter({ ...outcomes, saveImages: () => {} }),
    async onResumed() {
      for (const jobId of await workers.adoptSaving(workerId)) saver.save(jobId);
      queues.wake();
    },
    log,
    stopping,
  });
  const recover = () => recoverJobs({ store, workers, workerId, ownedAttempts, saveImages: saver.save, answers, log });
  return { queues, answers, saver, running, recover };
}
