import { access } from 'node:fs/promises';
import path from 'node:path';
import { type Api, startApi } from '@darkroom/test-kit/api/start-api';
import { followUntil, isSaving } from '@darkroom/test-kit/client/follow-until';
import { imageRequest } from '@darkroom/test-kit/client/image-request';
import { bucketSettings, type S3Server, startS3 } from '@darkroom/test-kit/infrastructure/s3-server';
import { createTempDir } from '@darkroom/test-kit/process/temp-dir';
import { startProvider } from '@darkroom/test-kit/provider/start-provider';
import { expect, onTestFinished, test } from 'vitest';

/** Starts a bucket on loopback whose server can be stopped and started, and returns it as API settings. */
async function openBucket() {
  const dir = await createTempDir();
  let server: S3Server | null = await startS3({ dir });
  const bucket = await server.createBucket('images');
  async function stop(): Promise<void> {
    await server?.close();
    server = null;
  }
  onTestFinished(stop);
  return {
    settings: bucketSettings(bucket),
    stop,
    async start() {
      server = await startS3({ dir, port: Number(new URL(bucket.endpoint).port) });
    },
  };
}

const ready = async (api: Api) => (await fetch(`${api.url}/health/ready`)).json();

test('stores images in the bucket, serves them by links of the API and deletes them with their job', async () => {
  const bucket = await openBucket();
  const api = await startApi(await startProvider(), bucket.settings);
  const { sdk } = api.user();
  const { job_id, assets } = await sdk.generate(imageRequest('for the bucket', { n: 2 }));
  await expect(access(path.join(api.dataDir, 'files'))).rejects.toThrow();

  expect(assets).toHaveLength(2);
  for (const { url, bytes, content_type } of assets) {
    expect(url).toContain(`${api.url}/files/`);
    const shown = await fetch(url);
    expect(shown.headers.get('content-type')).toBe(content_type);
    expect((await shown.arrayBuffer()).byteLength).toBe(bytes);
    const again = await fetch(url, { headers: { 'if-none-match': shown.headers.get('etag') ?? '' } });
    expect(again.status).toBe(304);
  }

  await sdk.delete(job_id);
  for (const { url } of assets) expect((await fetch(url)).status).toBe(404);
});

test('waits with a paid image while the bucket is unavailable, and reports this to clients and readiness', async () => {
  const bucket = await openBucket();
  const provider = await startProvider();
  const api = await startApi(provider, bucket.settings);
  const { sdk, rest } = api.user();
  const [kept] = (await sdk.generate(imageRequest('kept before'))).assets;

  await bucket.stop();
  const { job_id } = await sdk.create(imageRequest('paid for'));
  await followUntil(sdk, job_id, isSaving);
  await api.process.lineWith('storage unavailable');
  expect(await ready(api)).toEqual({ status: 'unavailable', reason: 'files' });
  expect((await fetch(kept?.url ?? '')).status).toBe(503);
  expect((await rest.status(job_id)).status).toBe(200); // requests that need no images still work

  await bucket.start();
  expect(await sdk.wait(job_id)).toMatchObject({ status: 'COMPLETED', charged: 'yes' });
  expect(provider.callsFor('paid for')).toBe(1);
  expect((await fetch(kept?.url ?? '')).status).toBe(200);
});
