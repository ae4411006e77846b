import { startApi } from '@darkroom/test-kit/api/start-api';
import { readFileKeys } from '@darkroom/test-kit/api/stored-files';
import { imageRequest } from '@darkroom/test-kit/client/image-request';
import { readAstronaut } from '@darkroom/test-kit/process/checkout';
import { startProvider } from '@darkroom/test-kit/provider/start-provider';
import { expect, test, vi } from 'vitest';

/** A tenth of a second: expired by the next start, which sweeps. */
const RESULT_TTL_DAYS = 0.000_001;

test('removes an expired job with its images and reference, and keeps an unused upload for 7 days', async () => {
  const api = await startApi(await startProvider(), { RESULT_TTL_DAYS });
  const { sdk, rest } = api.user();
  const [named, loose] = [await rest.upload(await readAstronaut()), await rest.upload(await readAstronaut())];
  const reference = [{ type: 'character' as const, image_file: named.data.image_file }];
  const job = await sdk.generate(imageRequest('for a while', { n: 2, subject_reference: reference }));
  expect((await readFileKeys(api.dataDir)).size).toBe(4);

  await api.kill();
  const next = await api.restart();

  await vi.waitFor(async () => expect((await readFileKeys(api.dataDir)).size).toBe(1), { timeout: 20_000 });
  const after = next.user();
  await expect(after.sdk.status(job.job_id)).rejects.toMatchObject({ code: 'job_not_found' });
  expect((await after.sdk.list()).jobs).toEqual([]);
  for (const url of [...job.images, named.data.url]) expect((await fetch(url)).status).toBe(404);
  expect((await fetch(loose.data.url)).status).toBe(200);
});
