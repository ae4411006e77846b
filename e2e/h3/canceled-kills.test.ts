import { rm } from 'node:fs/promises';
import path from 'node:path';
import { startApi } from '@darkroom/test-kit/api/start-api';
import { h3Request } from '@darkroom/test-kit/client/image-request';
import { startProvider } from '@darkroom/test-kit/provider/start-provider';
import { expect, test } from 'vitest';
import { countArrivals } from './count-arrivals.ts';
import { shownIndexes } from './shown-images.ts';

const TIMEOUT = { timeout: 20_000 };
test('shows the images of a canceled job that had arrived when kill -9 came before they were saved', async () => {
  const provider = await startProvider();
  // The first download of each image hangs.
  provider.script({ hold: true, holdAfter: 2, fault: { kind: 'image', image: { kind: 'hang' }, times: 1 } });
  const api = await startApi(provider);
  const { sdk } = api.user();
  const { job_id } = await sdk.create(h3Request('a triptych', { n: 3 }));
  await expect.poll(() => countArrivals(api.dataDir), TIMEOUT).toBe(2);
  const canceled = await sdk.cancel(job_id);
  expect(canceled).toMatchObject({ status: 'FAILED', error_code: 'canceled', charged: 'yes' });
  expect(shownIndexes(canceled)).toEqual([]);

  await api.kill();
  await rm(path.join(api.dataDir, 'answers'), { recursive: true });
  const next = await api.restart();

  await expect.poll(async () => shownIndexes(await next.user().sdk.status(job_id)), TIMEOUT).toHaveLength(2);
  const after = await next.user().sdk.status(job_id);
  expect(after).toMatchObject({ status: 'FAILED', error_code: 'canceled', charged: 'yes' });
  const urls = 'images' in after ? (after.images ?? []) : [];
  expect(await Promise.all(urls.map(async (url) => (await fetch(url)).status))).toEqual([200, 200]);
  expect(provider.callsFor('a triptych')).toBe(1);
});
