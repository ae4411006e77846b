import { ImageModels, MODEL_CAPABILITIES, MODELS } from '@darkroom/contracts';
import { expect, test } from 'vitest';
import { finishJob } from './finished-job.ts';
import { openApi } from './running-api.ts';
import { bothSurfaces } from './surfaces.ts';
import { bearer } from './tokens.ts';

const request = { model: 'image-01', prompt: 'a lighthouse at dawn' };

test('answers what the deployment offers, in the same way on REST and tRPC', async () => {
  const { server } = await openApi({ MODELS: 'MiniMax-H3-Image,image-01' });
  for (const surface of bothSurfaces(server)) {
    const answer = surface.read(await surface.models());
    if (!('data' in answer)) throw new Error(answer.error_code);
    expect(ImageModels.parse(answer.data)).toEqual({
      models: [
        { model: 'image-01', ...MODEL_CAPABILITIES['image-01'] },
        { model: 'MiniMax-H3-Image', ...MODEL_CAPABILITIES['MiniMax-H3-Image'] },
      ],
    });
    expect(surface.read(await surface.models({})), surface.name).toMatchObject({ error_code: 'unauthenticated' });
  }
});

test('offers every model unless MODELS says otherwise', async () => {
  const { server } = await openApi();
  const [rest] = bothSurfaces(server);
  expect(rest.read(await rest.models())).toMatchObject({ data: { models: MODELS.map((model) => ({ model })) } });
});

test('completes a job with every model', async () => {
  const api = await openApi();
  await api.app.start();
  for (const model of MODELS) {
    const { request, images } = await finishJob(api, { model });
    expect([request.model, images.length]).toEqual([model, 1]);
  }
});

test('refuses a request for a model that is not offered, with the field and the models that are', async () => {
  const { server } = await openApi({ MODELS: 'image-01-live' });
  for (const surface of bothSurfaces(server)) {
    const refused = surface.read(await surface.create(request));
    expect(refused, surface.name).toEqual({ status: 400, error_code: 'invalid_request', paths: ['model'] });
    expect(surface.read(await surface.create({ ...request, model: 'image-01-live' }))).toHaveProperty('data');
  }
  const [rest] = bothSurfaces(server);
  const { issues } = (await rest.create({ ...request, model: 'MiniMax-H3-Image' }, bearer('1'))).json();
  expect(issues).toEqual([{ path: ['model'], message: '此服务未开放该模型，只能是 image-01-live' }]);
});
