import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { UPLOAD_TTL_MS } from '../../src/store/upload-store.ts';
import {
  addJob,
  countAttempts,
  h3RequestWith,
  NO_LIMITS,
  newJob,
  newUpload,
  type OpenStores,
  requestWith,
  type Stores,
} from './stores.ts';

export function testUploads(open: OpenStores): void {
  let stores: Stores;
  beforeEach(async () => {
    stores = await open();
  });

  test('keeps an upload as it was created, with its time', async () => {
    const upload = newUpload({ userId: '2' });
    expect(await stores.uploads.getUpload(upload.uploadId)).toBeNull();
    expect(await stores.uploads.createUpload(upload, 0)).toBeNull();
    expect(await stores.uploads.getUpload(upload.uploadId)).toEqual({ ...upload, createdAt: stores.clock.now() });
  });

  test('counts an attempted upload towards the rate limit, and returns the time to wait beyond it', async () => {
    expect(await countAttempts(stores, '1', 2)).toBeNull();
    stores.clock.advance(20_000);
    expect(await countAttempts(stores, '1', 2)).toBeNull();
    const refused = (retryAfterMs: number) => ({ code: 'rate_limited', retryAfterMs });
    expect(await countAttempts(stores, '1', 2)).toEqual(refused(40_000));
    expect(await countAttempts(stores, '2', 2)).toBeNull();
    stores.clock.advance(40_000);
    expect(await countAttempts(stores, '1', 2)).toBeNull();
  });

  test('counts attempts once, however often they are retried under one id', async () => {
    const attempts = { usageId: randomUUID(), userId: '1', attempts: 2 };
    expect(await stores.uploads.countAttempts(attempts, 3)).toBeNull();
    expect(await stores.uploads.countAttempts(attempts, 3)).toBeNull();
    expect(await countAttempts(stores, '1', 3)).toBeNull();
    expect(await countAttempts(stores, '1', 3)).toEqual({ code: 'rate_limited', retryAfterMs: 60_000 });
    expect(await stores.uploads.countAttempts(attempts, 3)).toBeNull(); // a late retry of what was counted
  });

  test('counts a create once, with its images, when its upload was counted as an attempt', async () => {
    const usageId = randomUUID();
    await stores.uploads.countAttempts({ usageId, userId: '1', attempts: 1 }, 2);
    const limits = { ...NO_LIMITS, ratePerMinute: 1, userDailyImages: 3 };
    const job = newJob({
      usageId,
      uploads: [newUpload()],
      request: { ...newJob().request, n: 2 },
    });
    expect(await stores.jobs.createJob(job, limits)).toMatchObject({ kind: 'created' });
    expect(await countAttempts(stores, '1', 2)).toBeNull();
    const next = newJob({ request: { ...newJob().request, n: 2 } });
    expect(await stores.jobs.createJob(next, { ...limits, ratePerMinute: 0 })).toMatchObject({
      refusal: { code: 'quota_exceeded' },
    });
  });

  test('counts the cost units of a create whose upload was counted as an attempt, and none for the upload', async () => {
    const usageId = randomUUID();
    await stores.uploads.countAttempts({ usageId, userId: '1', attempts: 3 }, 0);
    const limits = { ...NO_LIMITS, userDailyUnits: 13 };
    const upload = newUpload();
    const request = h3RequestWith(upload.uploadId);
    const job = newJob({ usageId, uploads: [upload], uploadIds: [], request });
    expect(await stores.jobs.createJob(job, limits)).toMatchObject({ kind: 'created' });
    const next = newJob({ request: { ...newJob().request, n: 7 } });
    expect(await stores.jobs.createJob(next, limits)).toMatchObject({ refusal: { code: 'quota_exceeded' } });
    const smaller = newJob({ request: { ...newJob().request, n: 6 } });
    expect(await stores.jobs.createJob(smaller, limits)).toMatchObject({ kind: 'created' });
  });

  describe('quota_exceeded by the bytes of kept uploads of one user', () => {
    const refused = (retryAfterMs: number) => ({
      code: 'quota_exceeded',
      retryAfterMs,
      problem: { reason: 'upload_space_full', params: { max_bytes: 10 } },
    });

    test('applies until enough of the oldest uploads expire', async () => {
      for (const bytes of [4, 6]) {
        expect(await stores.uploads.createUpload(newUpload({ bytes }), 10)).toBeNull();
        stores.clock.advance(1_000);
      }
      expect(await stores.uploads.createUpload(newUpload({ bytes: 4 }), 10)).toEqual(refused(UPLOAD_TTL_MS - 2_000));
      expect(await stores.uploads.createUpload(newUpload({ bytes: 5 }), 10)).toEqual(refused(UPLOAD_TTL_MS - 1_000));
      expect(await stores.uploads.createUpload(newUpload({ userId: '2', bytes: 10 }), 10)).toBeNull();
      expect(await stores.uploads.createUpload(newUpload({ bytes: 5 }), 0)).toBeNull();
    });

    test('applies to the upload of a create too, which then creates neither a job nor an upload', async () => {
      const upload = newUpload({ bytes: 11 });
      const outcome = await stores.jobs.createJob(newJob({ uploads: [upload] }), { ...NO_LIMITS, userUploadBytes: 10 });
      expect(outcome).toMatchObject({ kind: 'refused', refusal: refused(1_000) });
      expect(await stores.uploads.getUpload(upload.uploadId)).toBeNull();
    });

    test('ends when a deleted upload makes room', async () => {
      const upload = newUpload({ bytes: 10 });
      await stores.uploads.createUpload(upload, 10);
      const job = await addJob(stores, { request: requestWith(upload.uploadId) });
      expect(await stores.uploads.createUpload(newUpload({ bytes: 1 }), 10)).toMatchObject({ code: 'quota_exceeded' });
      await stores.jobs.deleteJob(job.jobId);
      expect(await stores.uploads.createUpload(newUpload({ bytes: 10 }), 10)).toBeNull();
    });
  });

  test('refuses a create that references an upload that is gone', async () => {
    const job = newJob({ request: requestWith(randomUUID()), idempotency: { key: 'late', fingerprint: 'a' } });
    expect(await stores.jobs.createJob(job, NO_LIMITS)).toMatchObject({ kind: 'upload_gone' });
    expect(await stores.jobs.getJob(job.jobId)).toBeNull();
    expect(await stores.jobs.findReplay(job.userId, { key: 'late', fingerprint: 'a' })).toBeNull();
  });

  test('removes an upload together with the last job that references it', async () => {
    const upload = newUpload();
    await stores.uploads.createUpload(upload, 0);
    const first = await addJob(stores, { request: requestWith(upload.uploadId) });
    const second = await addJob(stores, { request: requestWith(upload.uploadId) });
    expect(await stores.jobs.deleteJob(first.jobId)).toEqual([]);
    expect(await stores.uploads.getUpload(upload.uploadId)).not.toBeNull();
    expect(await stores.jobs.deleteJob(second.jobId)).toEqual([upload.key]);
    expect(await stores.uploads.getUpload(upload.uploadId)).toBeNull();
  });

  describe('a request with several references', () => {
    const add = async (count: number, age = 0) => {
      const uploads = Array.from({ length: count }, () => newUpload());
      for (const upload of uploads) await stores.uploads.createUpload(upload, 0);
      stores.clock.advance(age);
      return uploads;
    };
    const idsOf = (uploads: { uploadId: string }[]) => uploads.map(({ uploadId }) => uploadId);
    const left = async (uploads: { uploadId: string }[]) =>
      idsOf(await stores.uploads.getUploads(idsOf(uploads))).toSorted();

    test('keeps every upload that it names past the retention of uploads', async () => {
      const uploads = await add(3, UPLOAD_TTL_MS + 1);
      const [first, ...others] = uploads;
      const request = h3RequestWith(...idsOf(others));
      await addJob(stores, { request });
      expect(await stores.retention.deleteUploadsBefore(stores.clock.now())).toEqual([first?.key]);
      expect(await left(uploads)).toEqual(idsOf(others).toSorted());
    });

    test('removes with its job the uploads that no other job names', async () => {
      const [one, two, three] = await add(3);
      if (!one || !two || !three) throw new Error('no uploads');
      const first = await addJob(stores, { request: h3RequestWith(one.uploadId, two.uploadId) });
      const second = await addJob(stores, { request: h3RequestWith(three.uploadId, two.uploadId, one.uploadId) });
      const third = await addJob(stores, { request: requestWith(two.uploadId) });
      expect(await stores.jobs.deleteJob(first.jobId)).toEqual([]);
      expect((await stores.jobs.deleteJob(second.jobId)).toSorted()).toEqual([one.key, three.key].toSorted());
      expect(await left([one, two, three])).toEqual([two.uploadId]);
      expect(await stores.jobs.deleteJob(third.jobId)).toEqual([two.key]);
    });

    test('may name one upload twice', async () => {
      const [upload] = await add(1);
      if (!upload) throw new Error('no upload');
      const { jobId } = await addJob(stores, { request: h3RequestWith(upload.uploadId, upload.uploadId) });
      expect(await stores.jobs.deleteJob(jobId)).toEqual([upload.key]);
    });

    test('stores the uploads made from its data URLs with the job, and keeps them as long', async () => {
      const [named] = await add(1);
      if (!named) throw new Error('no upload');
      const made = [newUpload(), newUpload()];
      const request = h3RequestWith(...idsOf([...made, named]));
      const job = newJob({ request, uploads: made, uploadIds: [named.uploadId] });
      expect(await stores.jobs.createJob(job, NO_LIMITS)).toMatchObject({ kind: 'created' });
      stores.clock.advance(UPLOAD_TTL_MS + 1);
      expect(await stores.retention.deleteUploadsBefore(stores.clock.now())).toEqual([]);
      const keys = [...made, named].map(({ key }) => key);
      expect((await stores.jobs.deleteJob(job.jobId)).toSorted()).toEqual(keys.toSorted());
    });

    test('is refused if one of its uploads is gone, with its id, and changes nothing', async () => {
      const [upload] = await add(1);
      if (!upload) throw new Error('no upload');
      const gone = randomUUID();
      const made = newUpload();
      const request = h3RequestWith(upload.uploadId, gone, made.uploadId);
      const job = newJob({ request, uploads: [made], uploadIds: [upload.uploadId, gone] });
      expect(await stores.jobs.createJob(job, NO_LIMITS)).toEqual({ kind: 'upload_gone', uploadId: gone });
      expect(await left([upload, made])).toEqual([upload.uploadId]);
    });

    test('is held to the upload bytes of its user as a whole', async () => {
      const uploads = [newUpload({ bytes: 6 }), newUpload({ bytes: 5 })];
      const request = h3RequestWith(...idsOf(uploads));
      const create = (userUploadBytes: number) =>
        stores.jobs.createJob(newJob({ request, uploads, uploadIds: [] }), { ...NO_LIMITS, userUploadBytes });
      expect(await create(10)).toMatchObject({ kind: 'refused', refusal: { code: 'quota_exceeded' } });
      expect(await create(11)).toMatchObject({ kind: 'created' });
    });
  });

  describe('several attempts to upload at once', () => {
    const refused = (retryAfterMs: number) => ({ code: 'rate_limited', retryAfterMs });

    test('count one by one towards the rate limit, or not at all', async () => {
      expect(await countAttempts(stores, '1', 5, 2)).toBeNull();
      stores.clock.advance(10_000);
      expect(await countAttempts(stores, '1', 5, 2)).toBeNull();
      stores.clock.advance(10_000);
      expect(await countAttempts(stores, '1', 5, 2)).toEqual(refused(40_000));
      expect(await countAttempts(stores, '1', 5, 4)).toEqual(refused(50_000));
      expect(await countAttempts(stores, '1', 5)).toBeNull();
    });

    test('pass together after a minute without any, if they are more than the rate limit', async () => {
      await countAttempts(stores, '1', 5);
      expect(await countAttempts(stores, '1', 5, 16)).toEqual(refused(60_000));
      stores.clock.advance(60_000);
      expect(await countAttempts(stores, '1', 5, 16)).toBeNull();
      expect(await countAttempts(stores, '1', 5)).not.toBeNull();
    });
  });
}
