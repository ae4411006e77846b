import { startApi } from '@darkroom/test-kit/api/start-api';
import { imageRequest } from '@darkroom/test-kit/client/image-request';
import { startProvider } from '@darkroom/test-kit/provider/start-provider';
import { expect, test } from 'vitest';

test('sets charged to yes on a job canceled during its call once the late answer arrives', async () => {
  const provider = await startProvider();
  provider.script({ hold: true });
  const { sdk } = (await startApi(provider)).user();
  const { job_id } = await sdk.create(imageRequest('no longer wanted'));
  await provider.held(1);

  const canceled = await sdk.cancel(job_id);
  expect(canceled).toMatchObject({ status: 'FAILED', error_code: 'canceled', charged: 'unknown' });

  provider.release();
  await expect.poll(() => sdk.status(job_id), { timeout: 10_000 }).toMatchObject({ charged: 'yes' });
  const settled = await sdk.status(job_id);
  expect(settled).toMatchObject({ status: 'FAILED', error_code: 'canceled', version: canceled.version + 1 });
  expect(settled).not.toHaveProperty('images');
});

test('makes no call for a job that is canceled while it waits', async () => {
  const provider = await startProvider();
  provider.script({ prompt: 'first', hold: true });
  const { sdk } = (await startApi(provider, { GENERATION_CONCURRENCY: 1 })).user();
  const first = await sdk.create(imageRequest('first'));
  await provider.held(1);
  const { job_id } = await sdk.create(imageRequest('no longer wanted'));

  expect(await sdk.cancel(job_id)).toMatchObject({ status: 'FAILED', error_code: 'canceled', charged: 'no' });

  provider.release();
  await sdk.wait(first);
  await sdk.generate(imageRequest('the next one'));
  expect(provider.prompts()).toEqual(['first', 'the next one']);
});
