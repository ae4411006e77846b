import { expect, test } from 'vitest';
import { PRESUMED } from '../../src/job/attempt.ts';
import { cancel, complete, failCall, startSaving } from '../../src/job/job-state.ts';
import type { StoredJob } from '../../src/job/stored-job.ts';
import { exampleAsset } from '../jobs/example-job.ts';
import { addJob, newJob, type OpenStores, type Stores, startNext, WORKER } from './stores.ts';

const image = (position: number) => ({ position, source: { url: `http://a/${position}` } });
const interrupted = {
  outcome: 'unknown',
  failure: { kind: PRESUMED, code: null, message: 'its worker ended', providerText: null },
} as const;

/** A job of three images whose call runs, and the images that have arrived. */
async function startStream(stores: Stores, ...positions: number[]) {
  await addJob(stores, { request: { ...newJob().request, n: 3 } });
  const { job, attempt } = await startNext(stores);
  for (const position of positions) await stores.jobs.recordArrival(attempt.attemptId, image(position));
  return { ...job, attemptId: attempt.attemptId };
}

/** Images of a streamed answer, which are committed one by one while the call runs. */
export function testArrivals(open: OpenStores): void {
  test('keeps images that arrived while the call runs, also over a restart', async () => {
    const stores = await open();
    const { jobId } = await startStream(stores, 2, 0);
    const { jobs } = await stores.reopen();
    expect(await jobs.getImages(jobId)).toMatchObject({ responseId: null, images: [image(0), image(2)] });
    expect((await jobs.getJob(jobId))?.state).toMatchObject({ stage: 'generating', arrived: 2 });
  });

  test('raises the version when the file of an arrived image is stored, not when it arrives', async () => {
    const stores = await open();
    const { jobId, version } = await startStream(stores, 1);
    const versionNow = async () => (await stores.jobs.getJob(jobId))?.version;
    expect(await versionNow()).toBe(version);
    expect(await stores.jobs.endImage(jobId, 1, exampleAsset(`${jobId}-1.jpg`))).toBe(true);
    expect(await versionNow()).toBe(version + 1);
    expect(await stores.jobs.endImage(jobId, 1, exampleAsset(`${jobId}-1.jpg`))).toBe(true);
    expect(await versionNow()).toBe(version + 1);
  });

  test('counts an image that is recorded again once', async () => {
    const stores = await open();
    const { jobId, attemptId } = await startStream(stores, 1, 1);
    await stores.jobs.recordArrival(attemptId, { position: 1, source: { url: 'http://b/1' } });
    expect((await stores.jobs.getJob(jobId))?.state).toMatchObject({ arrived: 1 });
    expect((await stores.jobs.getImages(jobId))?.images).toMatchObject([image(1)]);
  });

  test('leaves arrived images as they are when the whole answer is committed', async () => {
    const stores = await open();
    const { jobId, attemptId } = await startStream(stores, 0, 1);
    await stores.jobs.endImage(jobId, 0, exampleAsset(`${jobId}-0.jpg`));
    const answer = [0, 1, 2].map(image);
    const job = await stores.jobs.endAttempt(attemptId, { outcome: 'answered', responseId: 'r' }, startSaving, answer);
    expect(job?.state).toEqual({ status: 'PROCESSING', stage: 'saving', arrived: 2 });
    expect(await stores.jobs.getImages(jobId)).toMatchObject({
      responseId: 'r',
      images: [{ asset: { key: `${jobId}-0.jpg` } }, { asset: null }, image(2)],
    });
  });

  test('a worker adopts the images of a call that was interrupted', async () => {
    const stores = await open();
    const { jobId, attemptId } = await startStream(stores, 0);
    const job = await stores.jobs.endAttempt(attemptId, interrupted, (current, now) =>
      failCall(current, 'outcome_unknown', 'unknown', now),
    );
    expect(job?.state).toEqual({ status: 'PROCESSING', stage: 'saving', arrived: 1 });
    expect(await stores.workers.adoptSaving(WORKER)).toEqual([jobId]);
    await stores.jobs.endImage(jobId, 0, exampleAsset(`${jobId}-0.jpg`));
    const done = await stores.jobs.changeJob(jobId, (current, now) => complete(current, [exampleAsset('a')], now));
    expect(done?.state).toMatchObject({ status: 'COMPLETED', failedCount: 2, charged: 'yes' });
  });

  test('keeps the images of a job that is canceled while they arrive, and stores those that are on their way', async () => {
    const stores = await open();
    const { jobId } = await startStream(stores, 0, 1);
    await stores.jobs.endImage(jobId, 0, exampleAsset(`${jobId}-0.jpg`));
    const canceled = await stores.jobs.changeJob(jobId, cancel);
    expect(canceled?.state).toMatchObject({ status: 'FAILED', errorCode: 'canceled', charged: 'yes', arrived: 2 });
    expect(await stores.jobs.endImage(jobId, 1, exampleAsset(`${jobId}-1.jpg`))).toBe(true);
    const { jobs } = await stores.reopen();
    expect((await jobs.getJob(jobId))?.version).toBe((canceled?.version ?? 0) + 1);
    expect((await jobs.getImages(jobId))?.images.map(({ asset }) => asset?.key)).toEqual([
      `${jobId}-0.jpg`,
      `${jobId}-1.jpg`,
    ]);
  });

  test('an image that arrives after a cancel settles that the job was charged', async () => {
    const stores = await open();
    const { jobId, attemptId } = await startStream(stores);
    await stores.jobs.changeJob(jobId, cancel);
    const job = await stores.jobs.recordArrival(attemptId, image(0));
    expect(job?.state).toMatchObject({ status: 'FAILED', errorCode: 'canceled', charged: 'yes' });
    expect(await stores.jobs.endImage(jobId, 0, exampleAsset(`${jobId}-0.jpg`))).toBe(false);
  });

  test('does not store an image that arrives after a cancel beside those that had arrived', async () => {
    const stores = await open();
    const { jobId, attemptId } = await startStream(stores, 0);
    await stores.jobs.changeJob(jobId, cancel);
    await stores.jobs.recordArrival(attemptId, image(1));
    expect((await stores.jobs.getImages(jobId))?.images).toMatchObject([{ failed: false }, { failed: true }]);
    expect((await stores.jobs.getJob(jobId))?.state).toMatchObject({ arrived: 1 });
  });

  test('a worker adopts a canceled job until the images that had arrived are stored', async () => {
    const stores = await open();
    const { jobId, attemptId } = await startStream(stores, 0, 1);
    const canceled = await stores.jobs.changeJob(jobId, cancel);
    await stores.jobs.recordArrival(attemptId, image(2));
    expect(await stores.workers.adoptSaving(WORKER)).toEqual([]); // its call still runs
    const giveUp = (job: StoredJob, now: number) => failCall(job, 'outcome_unknown', 'unknown', now);
    expect(await stores.jobs.endAttempt(attemptId, interrupted, giveUp)).toEqual(canceled);
    expect(await stores.workers.adoptSaving(WORKER)).toEqual([jobId]);
    expect(await stores.jobs.endImage(jobId, 0, exampleAsset(`${jobId}-0.jpg`))).toBe(true);
    expect(await stores.workers.adoptSaving(WORKER)).toEqual([jobId]);
    expect(await stores.jobs.endImage(jobId, 1, null)).toBe(true);
    expect(await stores.workers.adoptSaving(WORKER)).toEqual([]);
    expect((await stores.jobs.getJob(jobId))?.state).toEqual(canceled?.state);
  });

  test('no worker adopts a canceled job for images that come with its late answer', async () => {
    const stores = await open();
    const { jobId, attemptId } = await startStream(stores, 0);
    await stores.jobs.endImage(jobId, 0, exampleAsset(`${jobId}-0.jpg`));
    await stores.jobs.changeJob(jobId, cancel);
    await stores.jobs.endAttempt(attemptId, { outcome: 'answered' }, startSaving, [0, 1].map(image));
    expect((await stores.jobs.getImages(jobId))?.images).toMatchObject([image(0), { ...image(1), failed: true }]);
    expect(await stores.workers.adoptSaving(WORKER)).toEqual([]);
  });

  test('no worker adopts a canceled job that shows no images', async () => {
    const stores = await open();
    const { jobId, attemptId } = await startStream(stores);
    await stores.jobs.changeJob(jobId, cancel);
    await stores.jobs.endAttempt(attemptId, { outcome: 'answered' }, startSaving, [image(0)]);
    expect(await stores.workers.adoptSaving(WORKER)).toEqual([]);
  });

  test('keeps the files of a canceled job that came with its images until these are stored', async () => {
    const stores = await open();
    const { jobId, attemptId } = await startStream(stores);
    const keys = [0, 1].map((position) => `${jobId}-${position}-source.bin`);
    for (const [position, key] of keys.entries()) {
      await stores.jobs.recordArrival(attemptId, { position, source: { key } });
    }
    await stores.jobs.endAttempt(attemptId, { outcome: 'answered' }, startSaving);
    await stores.jobs.changeJob(jobId, cancel);
    await stores.jobs.endImage(jobId, 0, exampleAsset(`${jobId}-0.jpg`));
    expect(await stores.deletions.pendingOf(jobId)).toEqual([]);
    await stores.jobs.endImage(jobId, 1, exampleAsset(`${jobId}-1.jpg`));
    expect((await stores.deletions.pendingOf(jobId)).toSorted()).toEqual(keys);
  });

  test('deletes the files that came with the images of a job that is canceled when these are stored', async () => {
    const stores = await open();
    const { jobId, attemptId } = await startStream(stores);
    const key = `${jobId}-0-source.bin`;
    await stores.jobs.recordArrival(attemptId, { position: 0, source: { key } });
    await stores.jobs.endImage(jobId, 0, exampleAsset(`${jobId}-0.jpg`));
    await stores.jobs.changeJob(jobId, cancel);
    expect(await stores.deletions.pendingOf(jobId)).toEqual([key]);
  });

  test('returns null for an image of a deleted job and records its file for deletion', async () => {
    const stores = await open();
    const { jobId, attemptId } = await startStream(stores);
    await stores.jobs.deleteJob(jobId);
    const source = { key: `${jobId}-0-source.bin` };
    expect(await stores.jobs.recordArrival(attemptId, { position: 0, source })).toBe(null);
    expect(await stores.deletions.pendingOf(jobId)).toEqual([source.key]);
    expect(await stores.jobs.getImages(jobId)).toBe(null);
  });

  test('deleting the job deletes the files of arrived images', async () => {
    const stores = await open();
    const { jobId } = await startStream(stores, 0);
    await stores.jobs.endImage(jobId, 0, exampleAsset(`${jobId}-0.jpg`));
    expect(await stores.jobs.deleteJob(jobId)).toEqual([`${jobId}-0.jpg`]);
  });
}
