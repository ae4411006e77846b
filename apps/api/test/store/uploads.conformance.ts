import { randomUUID } from 'node:crypto';
import { beforeEach, expect, test } from 'vitest';
import { addJob, NO_LIMITS, newJob, newUpload, type OpenStores, requestWith, type Stores } from './stores.ts';

export function testUploads(open: OpenStores): void {
  let stores: Stores;
  beforeEach(async () => {
    stores = await open();
  });

  test('an upload is kept as it came, with its time', async () => {
    const upload = newUpload({ userId: '2' });
    expect(await stores.uploads.getUpload(upload.uploadId)).toBeNull();
    expect(await stores.uploads.createUpload(upload, 0)).toBeNull();
    expect(await stores.uploads.getUpload(upload.uploadId)).toEqual({ ...upload, createdAt: stores.clock.now() });
  });

  test('past the rate a user is refused, with the time to wait, before there is an upload', async () => {
    expect(await stores.uploads.refuseUpload('1', 1)).toBeNull();
    expect(await stores.uploads.createUpload(newUpload(), 1)).toBeNull();
    stores.clock.advance(20_000);
    const refusal = { code: 'rate_limited', retryAfterMs: 40_000 };
    expect(await stores.uploads.refuseUpload('1', 1)).toEqual(refusal);
    expect(await stores.uploads.createUpload(newUpload(), 1)).toEqual(refusal);
    expect(await stores.uploads.refuseUpload('2', 1)).toBeNull();
    stores.clock.advance(40_000);
    expect(await stores.uploads.refuseUpload('1', 1)).toBeNull();
  });

  test('an order that names an upload which is gone is no order', async () => {
    const order = newJob({ request: requestWith(randomUUID()), idempotency: { key: 'late', fingerprint: 'a' } });
    expect(await stores.jobs.createJob(order, NO_LIMITS)).toEqual({ kind: 'upload_gone' });
    expect(await stores.jobs.getJob(order.jobId)).toBeNull();
    expect(await stores.jobs.findReplay(order.userId, { key: 'late', fingerprint: 'a' })).toBeNull();
  });

  test('an upload goes with the last job that names it', async () => {
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
