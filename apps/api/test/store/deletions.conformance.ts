import { beforeEach, describe, expect, test } from 'vitest';
import { cancel, complete, failSaving } from '../../src/job/job-state.ts';
import { exampleAsset } from '../jobs/example-job.ts';
import {
  addJob,
  addSavingJob,
  NO_LIMITS,
  newJob,
  newUpload,
  type OpenStores,
  placed,
  type Stores,
  slots,
  startNext,
  WORKER,
} from './stores.ts';

const NONE = new Set<string>();
const DAY_MS = 24 * 60 * 60 * 1_000;

export function testDeletions(open: OpenStores): void {
  let stores: Stores;
  beforeEach(async () => {
    stores = await open();
  });

  /** Lets the caller write heartbeats long enough to declare other leases lost. */
  async function live(workerId = WORKER): Promise<void> {
    await stores.workers.heartbeat(workerId, slots(1));
    for (let heartbeats = 0; heartbeats < 4; heartbeats++) {
      stores.clock.advance(5_000);
      await stores.workers.heartbeat(workerId, slots(1));
    }
  }

  const claim = async (held = NONE) => (await stores.deletions.claim(WORKER, held)).toSorted();

  async function completedJob() {
    const upload = newUpload();
    const job = await addSavingJob(stores, [{ url: 'http://a' }, { key: `${upload.uploadId}-source` }], {
      uploads: [upload],
    });
    const asset = exampleAsset(`${job.jobId}-0.jpg`);
    await stores.jobs.endImage(job.jobId, 0, asset);
    return { ...job, keys: [upload.key, asset.key, `${upload.uploadId}-source`].toSorted() };
  }

  describe('a deleted job', () => {
    test('has its files remembered until they are gone, each claimed by one process at a time', async () => {
      const { jobId, keys } = await completedJob();
      await stores.jobs.deleteJob(jobId);
      expect((await stores.deletions.pendingOf(jobId)).toSorted()).toEqual(keys);
      expect(await claim()).toEqual([]); // the deleting process gets 2 s to delete the files first
      stores.clock.advance(2_000);
      expect(await claim()).toEqual(keys);
      expect(await claim()).toEqual([]);
      await stores.deletions.finish(keys);
      stores.clock.advance(DAY_MS);
      expect(await claim()).toEqual([]);
      expect(await stores.deletions.pendingOf(jobId)).toEqual([]);
    });

    test('has its files claimed again after waits that double up to a minute, also by the next process', async () => {
      const { jobId, keys } = await completedJob();
      await stores.jobs.deleteJob(jobId);
      stores.clock.advance(2_000);
      for (const waitMs of [10_000, 20_000, 40_000, 60_000, 60_000]) {
        expect(await claim()).toEqual(keys);
        stores.clock.advance(waitMs - 1);
        expect(await claim()).toEqual([]);
        stores.clock.advance(1);
      }
      stores = await stores.reopen();
      expect(await claim()).toEqual(keys);
    });

    test('has its files claimed at once after all claims were made due', async () => {
      const { jobId, keys } = await completedJob();
      await stores.jobs.deleteJob(jobId);
      await stores.deletions.makeAllDue();
      expect(await claim()).toEqual(keys);
    });

    test('has its files claimed although the clock was set back', async () => {
      const { jobId, keys } = await completedJob();
      await stores.jobs.deleteJob(jobId);
      stores.clock.advance(-DAY_MS);
      expect(await claim()).toEqual(keys);
    });

    test('is reported as deleted to its own user only, for as long as its deletion is remembered', async () => {
      const { jobId } = await addJob(stores, { userId: '7' });
      expect(await stores.jobs.wasDeleted('7', jobId)).toBe(false);
      await stores.jobs.deleteJob(jobId);
      expect(await stores.jobs.wasDeleted('7', jobId)).toBe(true);
      expect(await stores.jobs.wasDeleted('8', jobId)).toBe(false);
      await stores.retention.deleteExpired({ keys: 0, usageEvents: 0, deletedJobs: stores.clock.now() });
      expect(await stores.jobs.wasDeleted('7', jobId)).toBe(true);
      await stores.retention.deleteExpired({ keys: 0, usageEvents: 0, deletedJobs: stores.clock.now() + 1 });
      expect(await stores.jobs.wasDeleted('7', jobId)).toBe(false);
    });

    test('is found for another deletion when a backup has restored it', async () => {
      const job = newJob();
      await addJob(stores, job);
      await addJob(stores);
      await stores.jobs.deleteJob(job.jobId);
      expect(await stores.retention.deletedBefore()).toEqual([]);
      await addJob(stores, job);
      expect(await stores.retention.deletedBefore()).toEqual([job.jobId]);
      await stores.jobs.deleteJob(job.jobId);
      expect(await stores.retention.deletedBefore()).toEqual([]);
    });

    test('is not reported as deleted when it expired by its retention', async () => {
      const { jobId } = await addJob(stores);
      await stores.jobs.deleteJob(jobId, 'expired');
      expect(await stores.jobs.wasDeleted('1', jobId)).toBe(false);
    });

    test('owns no file, nor does a deleted upload', async () => {
      const upload = newUpload();
      const { jobId } = await addJob(stores, { uploads: [upload] });
      const keys = [`${jobId}-0.jpg`, upload.key];
      for (const key of keys) expect(await stores.deletions.hasOwner(key)).toBe(true);
      await stores.jobs.deleteJob(jobId);
      for (const key of [...keys, 'x']) expect(await stores.deletions.hasOwner(key)).toBe(false);
    });
  });

  describe('a file announced before it is written', () => {
    test('is stored from deletion while its worker writes it, and deleted when that fails', async () => {
      await live();
      await stores.deletions.intendWrites(['a.jpg'], WORKER);
      expect(await claim(new Set(['a.jpg']))).toEqual([]);
      expect(await claim()).toEqual(['a.jpg']);
    });

    test('is deleted when its worker has ended', async () => {
      await stores.workers.heartbeat('dead', slots(1));
      await stores.deletions.intendWrites(['a.jpg'], 'dead');
      await live();
      expect(await claim()).toEqual(['a.jpg']);
    });

    test('is stored when a row references it as an upload', async () => {
      await live();
      const upload = newUpload();
      await stores.deletions.intendWrites([upload.key], WORKER);
      expect(await stores.uploads.createUpload({ ...upload, writtenBy: WORKER }, 0)).toBeNull();
      expect(await claim()).toEqual([]);
    });

    test('is stored when a row references it as the upload of a create', async () => {
      await live();
      const upload = newUpload();
      await stores.deletions.intendWrites([upload.key], WORKER);
      await addJob(stores, { uploads: [{ ...upload, writtenBy: WORKER }] });
      expect(await claim()).toEqual([]);
    });

    test('is stored when a row references it as a provider answer or an image', async () => {
      await live();
      const { jobId } = await addJob(stores);
      const { attempt } = await startNext(stores);
      const [source, image] = [`${jobId}-0-source.bin`, `${jobId}-0.jpg`];
      await stores.deletions.intendWrites([source, image], WORKER, jobId);
      const asSaving = (job: Parameters<typeof cancel>[0]) => ({
        ...job,
        version: job.version + 1,
        state: { status: 'PROCESSING' as const, stage: 'saving' as const },
      });
      await stores.jobs.endAttempt(attempt.attemptId, { outcome: 'answered' }, asSaving, placed([{ key: source }]));
      expect(await stores.jobs.endImage(jobId, 0, exampleAsset(image))).toBe(true);
      expect(await stores.deletions.pendingOf(jobId)).toEqual([]);
    });

    test('is stored when a version without this table wrote the row that references it', async () => {
      await stores.workers.heartbeat('dead', slots(1));
      const upload = newUpload();
      await stores.uploads.createUpload(upload, 0);
      await stores.deletions.intendWrites([upload.key], 'dead');
      await live();
      expect(await claim()).toEqual([]);
    });

    test('is stored while its job runs, because another worker may be saving it', async () => {
      await stores.workers.heartbeat('dead', slots(1));
      const { jobId } = await addSavingJob(stores, [{ url: 'http://a' }]);
      const key = `${jobId}-0.jpg`;
      await stores.deletions.intendWrites([key], 'dead', jobId);
      await live();
      expect(await claim()).toEqual([]);
      await stores.jobs.changeJob(jobId, (job) => failSaving(job, 'download_failed', 1));
      stores.clock.advance(5_000);
      await stores.workers.heartbeat(WORKER, slots(1));
      expect(await claim()).toEqual([key]);
    });

    test('is stored while its job, canceled while images arrived, has images to store', async () => {
      await stores.workers.heartbeat('dead', slots(1));
      const { jobId } = await addJob(stores, { request: { ...newJob().request, n: 2 } });
      const { attempt } = await startNext(stores);
      for (const position of [0, 1]) {
        await stores.jobs.recordArrival(attempt.attemptId, { position, source: { url: 'http://a' } });
      }
      await stores.jobs.changeJob(jobId, cancel);
      const [key, other] = [`${jobId}-0.jpg`, `${jobId}-0.png`];
      await stores.deletions.intendWrites([key, other], 'dead', jobId);
      await live();
      expect(await claim()).toEqual([]);
      expect(await stores.retention.unknownKeys([key])).toEqual([]);
      await stores.jobs.endImage(jobId, 0, exampleAsset(key));
      await stores.jobs.endImage(jobId, 1, null);
      stores.clock.advance(5_000);
      await stores.workers.heartbeat(WORKER, slots(1));
      expect(await claim()).toEqual([other]);
      expect(await stores.retention.unknownKeys([key, other])).toEqual([other]);
    });

    test('cannot be referenced after it was given up, because it may be deleted', async () => {
      const upload = { ...newUpload(), writtenBy: WORKER };
      await expect(stores.uploads.createUpload(upload, 0)).rejects.toMatchObject({ code: 'unavailable' });
      expect(await stores.uploads.getUpload(upload.uploadId)).toBeNull();
      await expect(stores.jobs.createJob(newJob({ uploads: [upload] }), NO_LIMITS)).rejects.toMatchObject({
        code: 'unavailable',
      });
      expect(await stores.jobs.countWaiting()).toBe(0);
    });

    test('cannot be referenced while its deletion is under way, after its worker was given up', async () => {
      await stores.workers.heartbeat('paused', slots(1));
      const [upload, photo] = [newUpload(), newUpload()].map((file) => ({ ...file, writtenBy: 'paused' }));
      if (!upload || !photo) throw new Error('two uploads were made');
      const keys = [upload.key, photo.key].toSorted();
      await stores.deletions.intendWrites(keys, 'paused');
      await live();
      expect((await claim()).toSorted()).toEqual(keys);
      await expect(stores.uploads.createUpload(upload, 0)).rejects.toMatchObject({ code: 'unavailable' });
      await expect(stores.jobs.createJob(newJob({ uploads: [photo] }), NO_LIMITS)).rejects.toMatchObject({
        code: 'unavailable',
      });
      expect(await stores.uploads.getUploads([upload.uploadId, photo.uploadId])).toEqual([]);
    });

    test('is deleted when its upload or create is refused', async () => {
      const [upload, photo] = [newUpload(), newUpload()];
      await stores.uploads.createUpload(newUpload(), 0);
      await stores.deletions.intendWrites([upload.key, photo.key], WORKER);
      expect(await stores.uploads.createUpload({ ...upload, writtenBy: WORKER }, 1)).not.toBeNull();
      const job = newJob({ uploads: [{ ...photo, writtenBy: WORKER }] });
      expect(await stores.jobs.createJob(job, { ...NO_LIMITS, queue: 0 })).toMatchObject({ kind: 'refused' });
      stores.clock.advance(2_000);
      expect(await claim(new Set([upload.key, photo.key]))).toEqual([upload.key, photo.key].toSorted());
    });

    test('stays marked for deletion when another write of it is announced', async () => {
      const { jobId } = await addSavingJob(stores, [{ key: 'source' }]);
      await stores.jobs.deleteJob(jobId);
      await stores.deletions.intendWrites(['source'], WORKER, jobId);
      stores.clock.advance(2_000);
      expect(await claim(new Set(['source']))).toEqual(['source']);
    });

    test('is remembered beyond the deletion of its job while it may still be written', async () => {
      await live();
      const { jobId } = await addSavingJob(stores, [{ url: 'http://a' }]);
      const key = `${jobId}-0.jpg`;
      await stores.deletions.intendWrites([key], WORKER, jobId);
      await stores.jobs.deleteJob(jobId);
      expect(await stores.deletions.pendingOf(jobId)).toEqual([key]);
      await stores.deletions.finish([key]);
      expect(await claim(new Set([key]))).toEqual([]);
      expect(await claim()).toEqual([key]);
    });
  });

  describe('an image that is no longer needed', () => {
    test.each(['deleted', 'canceled'])('is deleted because its job was %s', async (how) => {
      const { jobId } = await addSavingJob(stores, [{ url: 'http://a' }]);
      const key = `${jobId}-0.jpg`;
      await stores.deletions.intendWrites([key], WORKER, jobId);
      if (how === 'deleted') await stores.jobs.deleteJob(jobId);
      else await stores.jobs.changeJob(jobId, (job) => cancel(job, 1));
      expect(await stores.jobs.endImage(jobId, 0, exampleAsset(key))).toBe(false);
      stores.clock.advance(2_000);
      expect(await claim(new Set([key]))).toEqual([key]);
    });

    test('is deleted because another image has its index', async () => {
      const { jobId } = await addSavingJob(stores, [{ url: 'http://a' }]);
      const [stored, late] = [exampleAsset(`${jobId}-0.jpg`), exampleAsset(`${jobId}-0.webp`)];
      expect(await stores.jobs.endImage(jobId, 0, stored)).toBe(true);
      expect(await stores.jobs.endImage(jobId, 0, late)).toBe(false);
      expect(await stores.jobs.endImage(jobId, 0, stored)).toBe(true);
      await stores.jobs.changeJob(jobId, (job) => complete(job, [stored], 1));
      expect(await stores.jobs.endImage(jobId, 0, stored)).toBe(true);
      stores.clock.advance(2_000);
      expect(await claim()).toEqual([late.key]);
    });
  });

  test.each([
    ['complete', (job: Parameters<typeof cancel>[0]) => complete(job, [exampleAsset('a')], 1), ['source']],
    ['canceled', (job: Parameters<typeof cancel>[0]) => cancel(job, 1), ['source']],
    ['failed by an internal error', (job: Parameters<typeof cancel>[0]) => failSaving(job, 'internal', 1), []],
  ] as const)('selects the provider answers to delete of a job that is %s: %#', async (_, step, gone) => {
    const { jobId } = await addSavingJob(stores, [{ key: 'source' }]);
    await stores.jobs.changeJob(jobId, step);
    expect(await stores.deletions.pendingOf(jobId)).toEqual(gone);
  });

  test('remembers uploads removed by age until their files are gone', async () => {
    const upload = newUpload();
    await stores.uploads.createUpload(upload, 0);
    stores.clock.advance(1);
    await stores.retention.deleteUploadsBefore(stores.clock.now());
    stores.clock.advance(2_000);
    expect(await claim()).toEqual([upload.key]);
  });
}
