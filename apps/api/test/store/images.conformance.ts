import { expect, test, vi } from 'vitest';
import type { StoredAsset } from '../../src/job/stored-image.ts';
import { exampleAsset } from '../jobs/example-job.ts';
import { addJob, addSavingJob, newUpload, type OpenStores, untilTold } from './stores.ts';

export function testImages(open: OpenStores): void {
  test('keeps images in order and one by one, also over a restart', async () => {
    const stores = await open();
    const { jobId } = await addSavingJob(stores, [{ url: 'http://a/0' }, { key: 'source-1' }, { url: 'http://a/2' }]);
    expect(await stores.jobs.countImages(jobId)).toEqual({ ended: 0, total: 3 });
    await stores.jobs.endImage(jobId, 1, exampleAsset('image-1'));
    await stores.jobs.endImage(jobId, 2, null);
    const { jobs } = await stores.reopen();
    expect(await jobs.countImages(jobId)).toEqual({ ended: 2, total: 3 });
    expect(await jobs.getImages(jobId)).toEqual({
      responseId: null,
      images: [
        { position: 0, source: { url: 'http://a/0' }, asset: null, failed: false },
        { position: 1, source: { key: 'source-1' }, asset: exampleAsset('image-1'), failed: false },
        { position: 2, source: { url: 'http://a/2' }, asset: null, failed: true },
      ],
    });
  });

  test('returns null as the placeholder of an image stored before placeholders existed', async () => {
    const stores = await open();
    const { jobId } = await addSavingJob(stores, [{ url: 'http://a/0' }]);
    const { placeholder: _, ...older } = exampleAsset('image-0');
    await stores.jobs.endImage(jobId, 0, older as StoredAsset); // as written by the previous version
    const assets = (await stores.jobs.getImages(jobId))?.images.map(({ asset }) => asset);
    expect(assets).toEqual([{ ...older, placeholder: null }]);
  });

  test('has no images before the answer', async () => {
    const stores = await open();
    const { jobId } = await addJob(stores);
    expect(await stores.jobs.getImages(jobId)).toBeNull();
    expect(await stores.jobs.countImages(jobId)).toEqual({ ended: 0, total: 0 });
  });

  test('releases every image file and the upload of a deleted job', async () => {
    const stores = await open();
    const upload = newUpload();
    const { jobId } = await addSavingJob(stores, [{ url: 'http://a/0' }, { key: 'source-1' }], { uploads: [upload] });
    await stores.jobs.endImage(jobId, 1, exampleAsset('image-1'));
    const keys = await stores.jobs.deleteJob(jobId);
    expect(keys.toSorted()).toEqual([upload.key, 'image-1', 'source-1'].toSorted());
    expect(await stores.jobs.getImages(jobId)).toMatchObject({ images: [] });
  });

  test('notifies listeners of a job about its images', async () => {
    const stores = await open();
    const { jobId } = await addSavingJob(stores, [{ url: 'http://a/0' }]);
    await untilTold(stores);
    let heard = 0;
    stores.jobs.onChange(jobId, () => heard++);
    await stores.jobs.endImage(jobId, 0, null);
    await vi.waitFor(() => expect(heard).toBe(1), { interval: 1 });
  });
}
