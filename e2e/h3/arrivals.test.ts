import type { ImageJob } from '@darkroom/contracts';
import { type Api, startApi } from '@darkroom/test-kit/api/start-api';
import { readFileKeys } from '@darkroom/test-kit/api/stored-files';
import { followUntil } from '@darkroom/test-kit/client/follow-until';
import { h3Request } from '@darkroom/test-kit/client/image-request';
import { type Provider, startProvider } from '@darkroom/test-kit/provider/start-provider';
import { describe, expect, test } from 'vitest';
import { shownIndexes, shows } from './shown-images.ts';

const TIMEOUT = { timeout: 20_000 };

/** Starts a job of three images, finished in the order 2, 0, 1, whose call is held after the first of them. */
async function startHeld(provider: Provider, api: Api): Promise<ImageJob> {
  const order = { kind: 'completion_order' as const, order: [2, 0, 1] };
  provider.script({ hold: true, holdAfter: 1, fault: order });
  return api.user().sdk.create(h3Request('a triptych', { n: 3 }));
}

const pathsOf = (job: ImageJob): string[] =>
  'assets' in job ? (job.assets ?? []).map(({ url }) => new URL(url).pathname) : [];

async function statusesOf(urls: string[]): Promise<number[]> {
  return Promise.all(urls.map(async (url) => (await fetch(url)).status));
}

test('shows an image while the others are still made, and answers a held poll with it', async () => {
  const provider = await startProvider();
  const api = await startApi(provider);
  const { sdk, rest } = api.user();
  const { job_id, version } = await startHeld(provider, api);

  // The start of the call raises the version once, and the image raises it again.
  let answer: ImageJob | undefined;
  void sdk.status(job_id, { waitSeconds: 25, afterVersion: version + 1 }).then((job) => (answer = job));
  await expect.poll(() => answer, TIMEOUT).toBeDefined();

  expect(answer).toMatchObject({
    status: 'PROCESSING',
    stage: 'generating',
    version: version + 2,
    assets: [{ index: 2 }],
  });
  const arrived = (await rest.status(job_id)).data;
  expect(arrived).toMatchObject({ images: [expect.any(String)], assets: [{ index: 2, width: 1024 }] });
  expect(await statusesOf('images' in arrived ? (arrived.images ?? []) : [])).toEqual([200]);

  provider.release();
  const job = await sdk.wait(job_id);
  expect(job).toMatchObject({ status: 'COMPLETED', failed_count: 0, charged: 'yes' });
  expect(shownIndexes(job)).toEqual([0, 1, 2]);
  expect(pathsOf(job)).toContain(pathsOf(arrived)[0]);
  expect(provider.callsFor('a triptych')).toBe(1);
});

describe('a job canceled in the middle of its stream', () => {
  test('keeps and shows the images that had arrived, until it is deleted', async () => {
    const provider = await startProvider();
    const api = await startApi(provider);
    const { sdk } = api.user();
    const { job_id } = await startHeld(provider, api);
    await followUntil(sdk, job_id, shows(1));

    const canceled = await sdk.cancel(job_id);

    expect(canceled).toMatchObject({
      status: 'FAILED',
      error_code: 'canceled',
      charged: 'yes',
      assets: [{ index: 2 }],
    });
    provider.release();
    await expect.poll(() => provider.stats().openCalls, TIMEOUT).toBe(0);
    const kept = await sdk.status(job_id);
    expect(kept).toMatchObject({ status: 'FAILED', error_code: 'canceled', charged: 'yes' });
    expect(shownIndexes(kept)).toContain(2);
    const urls = 'images' in kept ? (kept.images ?? []) : [];
    expect(new Set(await statusesOf(urls))).toEqual(new Set([200]));

    await sdk.delete(job_id);
    expect(new Set(await statusesOf(urls))).toEqual(new Set([404]));
    await expect.poll(() => readFileKeys(api.dataDir), TIMEOUT).toEqual(new Set());
  });

  test('is charged once an image arrives, and shows none, if none had arrived before', async () => {
    const provider = await startProvider();
    provider.script({ hold: true });
    const api = await startApi(provider);
    const { sdk } = api.user();
    const { job_id } = await sdk.create(h3Request('no longer wanted', { n: 2 }));
    await provider.held(1);

    expect(await sdk.cancel(job_id)).toMatchObject({ error_code: 'canceled', charged: 'unknown' });

    provider.release();
    await expect.poll(() => sdk.status(job_id), TIMEOUT).toMatchObject({ error_code: 'canceled', charged: 'yes' });
    expect(await sdk.status(job_id)).not.toHaveProperty('images');
    await expect.poll(() => readFileKeys(api.dataDir), TIMEOUT).toEqual(new Set());
  });
});
