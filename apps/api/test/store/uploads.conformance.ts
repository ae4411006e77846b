import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { UPLOAD_TTL_MS } from '../../src/store/upload-store.ts';
import { addJob, NO_LIMITS, newJob, newUpload, type OpenStores, requestWith, type Stores } from './stores.ts';

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
    expect(await stores.uploads.countAttempt('1', 2)).toMatchObject({ kind: 'counted' });
    stores.clock.advance(20_000);
    expect(await stores.uploads.countAttempt('1', 2)).toMatchObject({ kind: 'counted' });
    const refused = (retryAfterMs: number) => ({ kind: 'refused', refusal: { code: 'rate_limited', retryAfterMs } });
    expect(await stores.uploads.countAttempt('1', 2)).toEqual(refused(40_000));
    expect(await stores.uploads.countAttempt('2', 2)).toMatchObject({ kind: 'counted' });
    stores.clock.advance(40_000);
    expect(await stores.uploads.countAttempt('1', 2)).toMatchObject({ kind: 'counted' });
  });

  test('counts a create once, with its images, when its upload was counted as an attempt', async () => {
    const attempt = await stores.uploads.countAttempt('1', 2);
    if (attempt.kind !== 'counted') throw new Error('not counted');
    const limits = { ...NO_LIMITS, ratePerMinute: 1, userDailyImages: 3 };
    const job = newJob({ attemptId: attempt.attemptId, upload: newUpload(), request: { ...newJob().request, n: 2 } });
    expect(await stores.jobs.createJob(job, limits)).toMatchObject({ kind: 'created' });
    expect(await stores.uploads.countAttempt('1', 2)).toMatchObject({ kind: 'counted' });
    const next = newJob({ request: { ...newJob().request, n: 2 } });
    expect(await stores.jobs.createJob(next, { ...limits, ratePerMinute: 0 })).toMatchObject({
      refusal: { code: 'quota_exceeded' },
    });
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
      const outcome = await stores.jobs.createJob(newJob({ upload }), { ...NO_LIMITS, userUploadBytes: 10 });
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
    expect(await stores.jobs.createJob(job, NO_LIMITS)).toEqual({ kind: 'upload_gone' });
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
}
