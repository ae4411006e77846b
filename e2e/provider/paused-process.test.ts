import { setTimeout as delay } from 'node:timers/promises';
import { type Api, startApi } from '@darkroom/test-kit/api/start-api';
import { followUntil, isSaving } from '@darkroom/test-kit/client/follow-until';
import { imageRequest } from '@darkroom/test-kit/client/image-request';
import { type Provider, startProvider } from '@darkroom/test-kit/provider/start-provider';
import { describe, expect, test } from 'vitest';

const TIMEOUT_MS = 4_000;

/** Nine images of this size are 40 MB of JSON. */
const BIG = { kind: 'image', image: { kind: 'padded', bytes: 3_330_000 } } as const;

/** Pauses the process with SIGSTOP, as on a paused machine, until `work` is done and its deadline has passed. */
async function pauseProcess(api: Api, work: () => void): Promise<void> {
  api.process.signal('SIGSTOP');
  work();
  await delay(TIMEOUT_MS + 1_500); // a pause emits no event that could be awaited
  api.process.signal('SIGCONT');
}

async function createHeld(api: Api, provider: Provider, prompts: string[], n: number): Promise<string[]> {
  const { rest } = api.user();
  const created = await Promise.all(prompts.map((prompt) => rest.create(imageRequest(prompt, { n }))));
  await provider.held(prompts.length);
  return created.map(({ data }) => data.job_id);
}

describe('a process paused past MINIMAX_TIMEOUT_MS', () => {
  test.each([
    ['links', { MINIMAX_RESPONSE_FORMAT: 'url' }, { jobs: 10, n: 1 }, undefined],
    ['base64 values of 40 MB in total', { MINIMAX_RESPONSE_FORMAT: 'base64' }, { jobs: 1, n: 9 }, BIG],
  ])('reads the answers that arrived meanwhile: %s', async (_, settings, { jobs, n }, fault) => {
    const provider = await startProvider();
    provider.script({ hold: true, ...(fault && { fault }) });
    const api = await startApi(provider, {
      ...settings,
      MINIMAX_TIMEOUT_MS: TIMEOUT_MS,
      GENERATION_CONCURRENCY: jobs,
      USER_ACTIVE_LIMIT: jobs,
    });
    const prompts = Array.from({ length: jobs }, (_unused, index) => `[${index}]`);
    const jobIds = await createHeld(api, provider, prompts, n);

    await pauseProcess(api, () => provider.release());

    const { sdk } = api.user();
    for (const jobId of jobIds) {
      expect(await sdk.wait(jobId)).toMatchObject({ status: 'COMPLETED', failed_count: 0, charged: 'yes' });
    }
    expect(provider.calls()).toHaveLength(jobs);
  });

  test('still times out a call without an answer', async () => {
    const provider = await startProvider();
    provider.script({ hold: true });
    const api = await startApi(provider, { MINIMAX_TIMEOUT_MS: TIMEOUT_MS });
    const [jobId = ''] = await createHeld(api, provider, ['silence'], 1);

    await pauseProcess(api, () => {});

    expect(await api.user().sdk.wait(jobId)).toMatchObject({ error_code: 'provider_timeout', charged: 'unknown' });
  });
});

test('continues paid downloads after a pause longer than DOWNLOAD_RETRY_FOR_MS', async () => {
  const provider = await startProvider();
  provider.script({ fault: { kind: 'image', image: { kind: 'status', status: 503 }, times: 2 } });
  const settings = { DOWNLOAD_TIMEOUT_MS: 1_000, DOWNLOAD_RETRY_FOR_MS: 4_000 };
  const api = await startApi(provider, settings);
  const { sdk } = api.user();
  const { job_id } = await sdk.create(imageRequest('an image that takes three tries'));
  await followUntil(sdk, job_id, isSaving);

  api.process.signal('SIGSTOP');
  await delay(settings.DOWNLOAD_RETRY_FOR_MS + 1_000);
  api.process.signal('SIGCONT');

  expect(await sdk.wait(job_id)).toMatchObject({ status: 'COMPLETED', failed_count: 0, charged: 'yes' });
});

test('keeps an answer that arrived during a pause longer than SHUTDOWN_GRACE_MS', async () => {
  const provider = await startProvider();
  provider.script({ hold: true });
  const settings = { MINIMAX_TIMEOUT_MS: TIMEOUT_MS, SHUTDOWN_GRACE_MS: TIMEOUT_MS };
  const api = await startApi(provider, settings);
  const [jobId = ''] = await createHeld(api, provider, ['on the way out'], 1);
  api.process.signal('SIGTERM');
  await api.process.lineWith('"draining"');

  await pauseProcess(api, () => provider.release());

  expect(await api.process.ended).toBe(0);
  provider.reset(); // resets the count of calls
  const { sdk } = (await api.restart()).user();
  expect(await sdk.wait(jobId)).toMatchObject({ status: 'COMPLETED', charged: 'yes' });
  expect(provider.calls()).toEqual([]);
});
