import { access } from 'node:fs/promises';
import path from 'node:path';
import { startSimulator } from '@darkroom/minimax-simulator';
import { startCluster } from '@darkroom/test-kit/api/cluster';
import { imageRequest } from '@darkroom/test-kit/client/image-request';
import { createUser } from '@darkroom/test-kit/client/user';
import { bucketSettings, startS3 } from '@darkroom/test-kit/infrastructure/s3-server';
import { readAstronaut } from '@darkroom/test-kit/process/checkout';
import { createTempDir } from '@darkroom/test-kit/process/temp-dir';
import { expect, onTestFinished, test } from 'vitest';

test('completes a job with an API and a worker that share a database and a bucket but no disk', async () => {
  const s3 = await startS3({ dir: await createTempDir() });
  onTestFinished(() => s3.close());
  const bucket = await s3.createBucket('images');
  const provider = await startSimulator({ images: 'plain' });
  onTestFinished(() => provider.close());
  const cluster = await startCluster({
    provider,
    apis: 1,
    workers: 1,
    settings: bucketSettings(bucket),
  });
  onTestFinished(() => cluster.stop());
  const controller = new AbortController();
  onTestFinished(() => controller.abort());
  const user = createUser(cluster.api(0).url, '1', controller.signal);

  const { image_file } = (await user.rest.upload(await readAstronaut())).data;
  const reference = { subject_reference: [{ type: 'character' as const, image_file }] };
  const job = await user.sdk.generate(imageRequest('by way of the bucket', { n: 3, ...reference }));

  expect(job.assets).toHaveLength(3);
  for (const { url, bytes } of job.assets) {
    expect((await (await fetch(url)).arrayBuffer()).byteLength).toBe(bytes);
  }
  await expect(access(path.join(cluster.dataDir, 'files'))).rejects.toThrow();
});
