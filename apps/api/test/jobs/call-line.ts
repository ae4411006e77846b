import path from 'node:path';
import { systemClock } from '../../src/clock.ts';
import { createLocalAnswerSpool } from '../../src/files/local-answer-spool.ts';
import { createLocalFileStore } from '../../src/files/local-file-store.ts';
import type { StoredJob } from '../../src/job/stored-job.ts';
import { createTakeNext } from '../../src/jobs/run-job.ts';
import type { TakeNext } from '../../src/queue/queue.ts';
import { createManualClock } from '../manual-clock.ts';
import { openSqliteStores } from '../store/open-sqlite-stores.ts';
import { WORKER } from '../store/stores.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { buildFileTracker } from './build-file-tracker.ts';
import { createRecordedLog } from './recorded-log.ts';
import { answered, createScriptedProvider } from './scripted-provider.ts';

/**
 * The path from the store to the provider and back, with real stores and files, a scripted provider and a clock that
 * every wait advances.
 */
export async function openCallLine() {
  const clock = createManualClock({ autoAdvance: true });
  const stores = await openSqliteStores({ clock });
  const provider = createScriptedProvider(answered);
  const folder = await temporaryFolder();
  const files = await createLocalFileStore({ dir: path.join(folder, 'files'), clock: systemClock });
  const spool = createLocalAnswerSpool({ dir: path.join(folder, 'answers'), clock: systemClock, onError: fail });
  const saved: string[] = [];
  const stopping = new AbortController();
  const deps: Parameters<typeof createTakeNext>[0] = {
    store: stores.jobs,
    files,
    fileTracker: buildFileTracker(stores, files),
    provider,
    spool,
    loadReferences: async () => [],
    saveImages: (jobId) => void saved.push(jobId),
    workerId: WORKER,
    ownedAttempts: new Set(),
    family: 'image-01',
    rpm: 0,
    queueTtlMs: 1_800_000,
    retryBaseMs: 5_000,
    clock,
    random: () => 0,
    log: createRecordedLog(),
    stopping: stopping.signal,
  };

  let takeNext: TakeNext | undefined;

  return {
    stores,
    clock,
    provider,
    files,
    spool,
    /** The jobs whose images were to be saved. */
    saved,
    stopping,
    /** May be changed before the first call. */
    deps,
    /** Runs the next call to its end; returns the time of the next possible start if no call could start. */
    async runNext(): Promise<number | null | 'ran'> {
      takeNext ??= createTakeNext(deps);
      const taken = await takeNext();
      if (taken.kind === 'idle') return taken.retryAt;
      await taken.done;
      return 'ran';
    },
    openAttempts: () => stores.workers.openAttempts(WORKER),
    stateOf: async (job: StoredJob) => (await stores.jobs.getJob(job.jobId))?.state,
  };
}

function fail(error: unknown): never {
  throw error;
}

export type CallLine = Awaited<ReturnType<typeof openCallLine>>;
