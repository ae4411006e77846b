import { startApi } from '@darkroom/test-kit/api/start-api';
import { h3Request, imageRequest } from '@darkroom/test-kit/client/image-request';
import { startProvider } from '@darkroom/test-kit/provider/start-provider';
import { expect, test } from 'vitest';

const COMPLETED = { status: 'COMPLETED' };
const waitingAt = (queue_position: number) => ({ status: 'PENDING', queue_position });

test('counts concurrent calls and waiting jobs of H3 and of image-01 apart', async () => {
  const provider = await startProvider();
  provider.script({ prompt: 'H3 0', hold: true }, { prompt: 'image-01 0', hold: true });
  const api = await startApi(provider, { MINIMAX_H3_CONCURRENCY: 1, MINIMAX_H3_RPM: 0, GENERATION_CONCURRENCY: 2 });
  const { sdk } = api.user();
  await sdk.create(h3Request('H3 0'));
  await provider.held(1);
  const h3 = [await sdk.create(h3Request('H3 1')), await sdk.create(h3Request('H3 2'))];

  expect(await sdk.generate(imageRequest('beside H3'))).toMatchObject(COMPLETED);

  await sdk.create(imageRequest('image-01 0'));
  await sdk.create(imageRequest('image-01 0 again'));
  await provider.held(3);
  const image01 = await sdk.create(imageRequest('image-01 1'));
  expect(await sdk.status(image01.job_id)).toMatchObject(waitingAt(1));
  for (const [place, { job_id }] of h3.entries()) expect(await sdk.status(job_id)).toMatchObject(waitingAt(place + 1));

  provider.release();
  for (const { job_id } of [...h3, image01]) expect(await sdk.wait(job_id)).toMatchObject(COMPLETED);
});

test('counts the calls of a minute of H3 and of image-01 apart', async () => {
  const provider = await startProvider();
  const { sdk } = (await startApi(provider, { MINIMAX_H3_RPM: 1, MINIMAX_RPM: 1 })).user();
  expect(await sdk.generate(h3Request('H3 0'))).toMatchObject(COMPLETED);
  const h3 = await sdk.create(h3Request('H3 1'));

  expect(await sdk.generate(imageRequest('image-01 0'))).toMatchObject(COMPLETED);
  const image01 = await sdk.create(imageRequest('image-01 1'));

  for (const { job_id, version } of [h3, image01]) {
    const job = await sdk.status(job_id, { waitSeconds: 1, afterVersion: version });
    expect(job).toMatchObject(waitingAt(1));
  }
  expect(provider.prompts()).toEqual(['H3 0', 'image-01 0']);
});
