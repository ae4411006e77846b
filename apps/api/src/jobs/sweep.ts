import type { Clock } from '../clock.ts';
import type { FileStore } from '../files/file-store.ts';
import type { JobStore } from '../store/job-store.ts';
import type { RetentionStore } from '../store/retention-store.ts';
import { UPLOAD_TTL_MS } from '../store/upload-store.ts';
import type { FileTracker } from './file-tracker.ts';
import type { Log } from './log.ts';

/** Idempotency keys are kept as long as uploads; counted requests for as long as any quota looks back. */
const KEY_TTL_MS = UPLOAD_TTL_MS;
const USAGE_EVENT_TTL_MS = 2 * 24 * 60 * 60 * 1_000;
/**
 * Minimum retention of attempts, however short that of results is: the rate limit and the back-off are computed from
 * the calls of the last hour.
 */
const ATTEMPT_TTL_MIN_MS = 24 * 60 * 60 * 1_000;
/**
 * Minimum age of a file that the sweep removes: a file is written before its row, so a younger one may still get a row.
 */
const ORPHAN_MIN_AGE_MS = 60 * 60 * 1_000;
const FILES_PER_BATCH = 200;

interface Deps {
  store: Pick<JobStore, 'deleteJob'>;
  retention: RetentionStore;
  files: Pick<FileStore, 'list' | 'delete'>;
  fileTracker: Pick<FileTracker, 'deleteNow'>;
  resultTtlMs: number;
  clock: Pick<Clock, 'now'>;
  log: Log;
}

/** Removes what is past its retention: jobs with their files, uploads, keys, attempts, and files that no row names. */
export async function sweep({ store, retention, files, fileTracker, resultTtlMs, clock, log }: Deps): Promise<void> {
  const now = clock.now();
  const jobs = await repeatUntilEmpty(async () => {
    const ended = await retention.endedBefore(now - resultTtlMs);
    for (const jobId of ended) await fileTracker.deleteNow(await store.deleteJob(jobId, 'expired'));
    return ended.length;
  });
  const uploads = await repeatUntilEmpty(async () => {
    const keys = await retention.deleteUploadsBefore(now - UPLOAD_TTL_MS);
    await fileTracker.deleteNow(keys);
    return keys.length;
  });
  await retention.deleteExpired({
    keys: now - KEY_TTL_MS,
    usageEvents: now - USAGE_EVENT_TTL_MS,
    deletedJobs: now - Math.max(resultTtlMs, KEY_TTL_MS),
  });
  const attemptTtlMs = Math.max(resultTtlMs, ATTEMPT_TTL_MIN_MS);
  await repeatUntilEmpty(() => retention.deleteAttemptsBefore(now - attemptTtlMs));
  const orphans = await sweepOrphanedFiles({ retention, files, olderThan: now - ORPHAN_MIN_AGE_MS });
  if (jobs + uploads + orphans > 0) log.info({ jobs, uploads, files: orphans }, 'expired data removed');
}

/** Runs bounded steps until one removes nothing, yielding to the event loop in between. Returns the number removed. */
async function repeatUntilEmpty(removeBatch: () => Promise<number>): Promise<number> {
  let removed = 0;
  for (let count = await removeBatch(); count > 0; count = await removeBatch()) {
    removed += count;
    await new Promise(setImmediate);
  }
  return removed;
}

async function sweepOrphanedFiles({
  retention,
  files,
  olderThan,
}: Pick<Deps, 'retention' | 'files'> & { olderThan: number }): Promise<number> {
  let removed = 0;
  let batch: string[] = [];
  async function removeOrphans(): Promise<void> {
    const keys = await retention.unknownKeys(batch);
    await files.delete(keys);
    removed += keys.length;
    batch = [];
  }
  for await (const { key, modifiedAt } of files.list()) {
    if (modifiedAt.getTime() < olderThan) batch.push(key);
    if (batch.length >= FILES_PER_BATCH) await removeOrphans();
  }
  await removeOrphans();
  return removed;
}
