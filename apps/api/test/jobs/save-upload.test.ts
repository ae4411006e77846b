import { readPhoto } from '@darkroom/test-kit/photos/read-photo';
import { expect, test, vi } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { createLocalFileStore } from '../../src/files/local-file-store.ts';
import { createSaveUpload } from '../../src/jobs/save-upload.ts';
import { createUserMutex } from '../../src/jobs/user-mutex.ts';
import { buildImageProcessor } from '../images/build-image-processor.ts';
import { openSqliteStores } from '../store/open-sqlite-stores.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { buildFileTracker } from './build-file-tracker.ts';

const viewer = { user_id: '1', star_id: null };

async function openUploads(limits: { ratePerMinute: number; userUploadBytes: number }) {
  const stores = await openSqliteStores();
  const { uploads } = stores;
  const imageProcessor = buildImageProcessor();
  const dir = await temporaryFolder();
  const files = await createLocalFileStore({ dir, clock: systemClock });
  const prepareUpload = vi.spyOn(imageProcessor, 'prepareUpload');
  const signer = { sign: (key: string) => ({ url: key, expiresAt: new Date(0) }) };
  const saveUpload = createSaveUpload({
    uploads,
    imageProcessor,
    files,
    fileTracker: buildFileTracker(stores, files),
    signer,
    limits,
    runExclusive: createUserMutex(),
  });
  return { saveUpload, prepareUpload, files };
}

test('decodes no more than the rate limit allows for simultaneous uploads of one user', async () => {
  const { saveUpload, prepareUpload } = await openUploads({ ratePerMinute: 2, userUploadBytes: 0 });
  const photo = await readPhoto('rocket.jpg');
  const outcomes = await Promise.allSettled(Array.from({ length: 6 }, () => saveUpload(viewer, photo)));
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
  expect(prepareUpload).toHaveBeenCalledTimes(2);
});

test('counts an undecodable upload towards the rate limit', async () => {
  const { saveUpload, prepareUpload } = await openUploads({ ratePerMinute: 2, userUploadBytes: 0 });
  const damaged = (await readPhoto('rocket.jpg')).subarray(0, 20_000);
  for (let i = 0; i < 2; i++) {
    await expect(saveUpload(viewer, damaged)).rejects.toMatchObject({ code: 'unsupported_image' });
  }
  await expect(saveUpload(viewer, damaged)).rejects.toMatchObject({ code: 'rate_limited' });
  expect(prepareUpload).toHaveBeenCalledTimes(2);
});

test('refuses an upload beyond the bytes of one user with its own error, and leaves no file behind', async () => {
  const { saveUpload, files } = await openUploads({ ratePerMinute: 0, userUploadBytes: 1_048_576 });
  const put = vi.spyOn(files, 'put');
  const photo = await readPhoto('hubble_deep_field.jpg');
  const refusal = await (async () => {
    for (let i = 0; i < 100; i++) await saveUpload(viewer, photo);
  })().catch((error: unknown) => error);
  expect(refusal).toMatchObject({
    code: 'quota_exceeded',
    message: expect.stringContaining('1 MB'),
    issues: [{ path: ['file'], reason: 'upload_space_full', params: { max_bytes: 1_048_576 } }],
    retryAfterMs: expect.any(Number),
  });
  expect(await files.read(put.mock.lastCall?.[0] ?? '')).toBeNull();
});
