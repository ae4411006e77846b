import { beforeEach, expect, test } from 'vitest';
import type { FileStore } from '../../src/files/file-store.ts';
import { cancel, failCall } from '../../src/job/job-state.ts';
import type { StoredJob } from '../../src/job/stored-job.ts';
import { sweep } from '../../src/jobs/sweep.ts';
import { openSqliteStores } from '../store/open-sqlite-stores.ts';
import { addJob, addSavingJob, newUpload, requestWith, type Stores, startNext } from '../store/stores.ts';
import { buildFileTracker } from './build-file-tracker.ts';
import { exampleAsset } from './example-job.ts';
import { createRecordedLog } from './recorded-log.ts';

const HOUR_MS = 60 * 60 * 1_000;
const DAY_MS = 24 * HOUR_MS;
const RESULT_TTL_MS = 30 * DAY_MS;

let stores: Stores;
/** The times of the stored files, by key. */
let kept: Map<string, number>;

beforeEach(async () => {
  stores = await openSqliteStores();
  kept = new Map();
});

const files: Pick<FileStore, 'list' | 'delete'> = {
  async *list() {
    for (const [key, at] of kept) yield { key, modifiedAt: new Date(at) };
  },
  async delete(keys) {
    for (const key of keys) kept.delete(key);
  },
};

const keep = (...keys: string[]) => keys.forEach((key) => void kept.set(key, stores.clock.now()));
const endNow = ({ jobId }: StoredJob) => stores.jobs.changeJob(jobId, (job) => cancel(job, stores.clock.now()));
const run = (resultTtlMs = RESULT_TTL_MS) =>
  sweep({
    store: stores.jobs,
    retention: stores.retention,
    files,
    fileTracker: buildFileTracker(stores, files),
    resultTtlMs,
    clock: stores.clock,
    log: createRecordedLog(),
  });

test('removes a job with its files once its results have passed their retention', async () => {
  const job = await addSavingJob(stores, [{ url: 'http://images/a' }]);
  const key = `${job.jobId}-0.jpg`;
  keep(key);
  await stores.jobs.endImage(job.jobId, 0, exampleAsset(key));
  await endNow(job);
  const running = await addJob(stores);
  stores.clock.advance(RESULT_TTL_MS);
  await run();
  expect([...kept.keys()]).toEqual([key]);
  stores.clock.advance(1);
  await run();
  expect(kept.size).toBe(0);
  expect(await stores.jobs.getJob(job.jobId)).toBeNull();
  expect(await stores.jobs.getJob(running.jobId)).not.toBeNull();
});

test('removes more jobs than fit in one batch', async () => {
  const jobs = [];
  for (let i = 0; i < 3; i++) jobs.push(await addJob(stores));
  for (const { jobId } of jobs) await stores.jobs.changeJob(jobId, (job) => cancel(job, 0));
  const { endedBefore } = stores.retention;
  stores.retention.endedBefore = async (before) => (await endedBefore(before)).slice(0, 1);
  await run();
  for (const { jobId } of jobs) expect(await stores.jobs.getJob(jobId)).toBeNull();
});

test('keeps an upload for a week, and for as long as a job references it', async () => {
  const [loose, named] = [newUpload(), newUpload()];
  await stores.uploads.createUpload(loose, 0);
  await stores.uploads.createUpload(named, 0);
  await addJob(stores, { request: requestWith(named.uploadId) });
  keep(loose.key, named.key);
  stores.clock.advance(7 * DAY_MS);
  await run();
  expect(kept.size).toBe(2);
  stores.clock.advance(1);
  await run();
  expect([...kept.keys()]).toEqual([named.key]);
  expect(await stores.uploads.getUpload(loose.uploadId)).toBeNull();
});

test('removes more uploads than fit in one batch', async () => {
  const uploads = Array.from({ length: 501 }, () => newUpload());
  for (const upload of uploads) await stores.uploads.createUpload(upload, 0);
  keep(...uploads.map((upload) => upload.key));
  stores.clock.advance(7 * DAY_MS + 1);
  await run();
  expect(kept.size).toBe(0);
  for (const { uploadId } of uploads) expect(await stores.uploads.getUpload(uploadId)).toBeNull();
});

test('removes an upload older than a week together with the last job that references it', async () => {
  const upload = newUpload();
  await stores.uploads.createUpload(upload, 0);
  keep(upload.key);
  const first = await addJob(stores, { request: requestWith(upload.uploadId) });
  await endNow(first);
  stores.clock.advance(DAY_MS);
  await endNow(await addJob(stores, { request: requestWith(upload.uploadId) }));
  stores.clock.advance(RESULT_TTL_MS - DAY_MS + 1);
  await run();
  expect(await stores.jobs.getJob(first.jobId)).toBeNull();
  expect([...kept.keys()]).toEqual([upload.key]);
  stores.clock.advance(DAY_MS);
  await run();
  expect(kept.size).toBe(0);
  expect(await stores.uploads.getUpload(upload.uploadId)).toBeNull();
});

test('remembers an idempotency key for a week', async () => {
  const idempotency = { key: 'tap', fingerprint: 'a' };
  await addJob(stores, { idempotency });
  stores.clock.advance(7 * DAY_MS);
  await run();
  expect(await stores.jobs.findReplay('1', idempotency)).not.toBeNull();
  stores.clock.advance(1);
  await run();
  expect(await stores.jobs.findReplay('1', idempotency)).toBeNull();
});

test('forgets a call with the results of its time, however soon its job was deleted', async () => {
  await addJob(stores);
  const { job, attempt } = await startNext(stores);
  await stores.jobs.endAttempt(attempt.attemptId, { outcome: 'failed' }, (now) => failCall(now, 'internal', 'no', 1));
  await stores.jobs.deleteJob(job.jobId);
  stores.clock.advance(RESULT_TTL_MS);
  await run();
  expect(await stores.readAttempts()).toHaveLength(1);
  stores.clock.advance(1);
  await run();
  expect(await stores.readAttempts()).toEqual([]);
});

test('keeps the calls of the rate-limit window when results expire at once', async () => {
  await addJob(stores);
  const { job, attempt } = await startNext(stores);
  await stores.jobs.endAttempt(attempt.attemptId, { outcome: 'failed' }, (now) => failCall(now, 'internal', 'no', 1));
  await stores.jobs.deleteJob(job.jobId);
  stores.clock.advance(1_000);
  await run(100);
  expect(await stores.readAttempts()).toHaveLength(1);
});

test('removes an unreferenced file after an hour, while a younger one may still get its row', async () => {
  keep('stray.jpg');
  stores.clock.advance(HOUR_MS);
  await run();
  expect([...kept.keys()]).toEqual(['stray.jpg']);
  stores.clock.advance(1);
  keep('young.jpg');
  await run();
  expect([...kept.keys()]).toEqual(['young.jpg']);
});

test('removes hundreds of unreferenced files and keeps the referenced one among them', async () => {
  const upload = newUpload();
  await stores.uploads.createUpload(upload, 0);
  keep(...Array.from({ length: 450 }, (_, index) => `stray-${index}.jpg`), upload.key);
  stores.clock.advance(HOUR_MS + 1);
  await run();
  expect([...kept.keys()]).toEqual([upload.key]);
});
