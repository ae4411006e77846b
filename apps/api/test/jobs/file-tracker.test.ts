import { beforeEach, expect, test, vi } from 'vitest';
import { deleteJob } from '../../src/jobs/delete-job.ts';
import { createFileTracker, type FileTracker } from '../../src/jobs/file-tracker.ts';
import { openSqliteStores } from '../store/open-sqlite-stores.ts';
import { addSavingJob, type Stores, slots, WORKER } from '../store/stores.ts';
import { buildFileTracker } from './build-file-tracker.ts';
import { exampleAsset } from './example-job.ts';
import { createRecordedLog, type RecordedLog } from './recorded-log.ts';

const viewer = { user_id: '1', star_id: null };

let stores: Stores;
let kept: Set<string>;
let log: RecordedLog;
let fileTracker: FileTracker;
/** Keys that the file store fails to delete. */
let stuck: Set<string>;

beforeEach(async () => {
  stores = await openSqliteStores();
  kept = new Set();
  stuck = new Set();
  log = createRecordedLog();
  fileTracker = createFileTracker({
    deletions: stores.deletions,
    files: { delete: removeFiles },
    workerId: WORKER,
    clock: stores.clock,
    log,
  });
});

async function removeFiles(keys: readonly string[]): Promise<void> {
  for (const key of keys) {
    if (stuck.has(key)) throw new Error('access denied');
    kept.delete(key);
  }
}

/** Creates a job with two stored images. */
async function addImages(): Promise<{ jobId: string; keys: string[] }> {
  const { jobId } = await addSavingJob(stores, [{ url: 'http://a' }, { url: 'http://b' }]);
  const keys = [`${jobId}-0.jpg`, `${jobId}-1.jpg`];
  for (const [position, key] of keys.entries()) await stores.jobs.endImage(jobId, position, exampleAsset(key));
  kept = new Set(keys);
  return { jobId, keys };
}

const remove = (jobId: string) => deleteJob({ store: stores.jobs, fileTracker }, viewer, jobId);

test('retries a failed file deletion later without failing the job deletion or keeping other files', async () => {
  const { jobId, keys } = await addImages();
  const [first = '', second = ''] = keys;
  stuck.add(first);
  expect(await remove(jobId)).toBe(jobId);
  expect([...kept]).toEqual([first]);
  expect(log.lines).toMatchObject([{ level: 'warn', message: 'file deletion failed; it is retried' }]);
  stores.clock.advance(2_000);
  await fileTracker.deleteDue();
  expect([...kept]).toEqual([first]);
  stuck.clear();
  await fileTracker.deleteDue();
  expect([...kept]).toEqual([first]); // not yet due
  stores.clock.advance(10_000);
  await fileTracker.deleteDue();
  expect(kept.size).toBe(0);
  expect(await stores.deletions.pendingOf(jobId)).toEqual([]);
  expect(kept.has(second)).toBe(false);
});

test('finishes a deletion later when the database fails after the rows are gone', async () => {
  const { jobId } = await addImages();
  const { finish } = stores.deletions;
  stores.deletions.finish = () => Promise.reject(new Error('gone'));
  expect(await remove(jobId)).toBe(jobId);
  expect(kept.size).toBe(0);
  expect(await stores.deletions.pendingOf(jobId)).toHaveLength(2);
  stores.deletions.finish = finish;
  stores.clock.advance(2_000);
  await fileTracker.deleteDue();
  expect(await stores.deletions.pendingOf(jobId)).toEqual([]);
});

test('waits for a file of the deleted job that is being written, and removes it', async () => {
  const { jobId } = await addSavingJob(stores, [{ url: 'http://a' }]);
  const key = `${jobId}-0.jpg`;
  const disk = Promise.withResolvers<void>();
  const started = Promise.withResolvers<void>();
  const writing = fileTracker.whileWriting(
    [key],
    async () => {
      started.resolve();
      await disk.promise;
      kept.add(key);
      return stores.jobs.endImage(jobId, 0, exampleAsset(key));
    },
    { jobId },
  );
  await started.promise;
  const removed = remove(jobId);
  while (await stores.jobs.getJob(jobId)) await new Promise(setImmediate);
  disk.resolve();
  expect(await removed).toBe(jobId);
  expect(kept.size).toBe(0);
  expect(await writing).toBe(false);
});

test('deletes files that were written after another process had given their writer up', async () => {
  await stores.workers.heartbeat(WORKER, slots(1));
  const others = buildFileTracker(stores, { delete: removeFiles }, 'other');
  const write = fileTracker.whileWriting(['a-upload.jpg'], async () => {
    await stores.workers.heartbeat('other', slots(1));
    for (let heartbeats = 0; heartbeats < 4; heartbeats++) {
      stores.clock.advance(5_000); // this process is paused for longer than its lease
      await stores.workers.heartbeat('other', slots(1));
    }
    await others.deleteDue();
    kept.add('a-upload.jpg');
    throw new Error('the intent is gone');
  });
  await expect(write).rejects.toThrow('the intent is gone');
  await vi.waitFor(async () => {
    await fileTracker.deleteDue();
    expect([...kept]).toEqual([]);
  });
});
