import { inspect } from 'node:util';
import { type ScenarioInput, type Simulator, startSimulator } from '@darkroom/minimax-simulator';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createMiniMaxClient, type GenerateImageRequest, MiniMaxError } from '../src/index.ts';

const request: GenerateImageRequest = { model: 'image-01', prompt: 'a red fox', n: 3 };
let simulator: Simulator;

beforeAll(async () => {
  simulator = await startSimulator({ images: 'plain', apiKey: 'k3y' });
});
afterEach(() => simulator.reset());
afterAll(() => simulator.close());

function generate(fields: Partial<GenerateImageRequest> = {}) {
  return createMiniMaxClient({ apiKey: 'k3y', baseUrl: simulator.url }).generateImage({ ...request, ...fields });
}

test('returns links, both ids and the count of failed images', async () => {
  simulator.script({ fault: { kind: 'fewer_images', delivered: 2 } });
  const result = await generate();
  expect(result).toEqual({
    id: expect.stringMatching(/^[0-9a-f]{32}$/),
    traceId: result.id,
    images: [{ url: expect.stringContaining('%2F') }, { url: expect.stringContaining('Signature=') }],
    failedCount: 1,
  });
});

test('returns base64 values as base64', async () => {
  const { images } = await generate({ response_format: 'base64' });
  expect(images).toEqual(Array(3).fill({ base64: expect.stringMatching(/^\/9j\//) }));
});

test('resolves with an empty list when a success contains no images', async () => {
  simulator.script({ times: 1, fault: { kind: 'fewer_images', delivered: 0 } }, { fault: { kind: 'null_data' } });
  expect(await generate()).toMatchObject({ images: [], failedCount: 3 });
  expect(await generate()).toMatchObject({ images: [] });
});

test('resolves with images that come without base_resp', async () => {
  simulator.script({ fault: { kind: 'no_base_resp', images: true } });
  expect((await generate()).images).toHaveLength(3);
});

test('sends every field unchanged and no other', async () => {
  const full: GenerateImageRequest = {
    model: 'image-01-live',
    prompt: '雪山 🏔',
    aspect_ratio: '16:9',
    n: 2,
    seed: 2 ** 40,
    response_format: 'base64',
    prompt_optimizer: true,
    aigc_watermark: true,
    style: { style_type: '水彩', style_weight: 0.5 },
    subject_reference: [{ type: 'character', image_file: 'https://example.com/a.jpg' }],
  };
  await generate(full);
  expect(simulator.calls().map((call) => call.request)).toEqual([full]);
});

test.each(['', '/', '/v1', '/v1/'])('accepts a base URL that ends in "%s"', async (end) => {
  const client = createMiniMaxClient({ apiKey: 'k3y', baseUrl: simulator.url + end });
  expect((await client.generateImage(request)).images).toHaveLength(3);
});

test.each(['not a URL', 'ftp://api.minimaxi.com', 'https://user:pass@api.minimaxi.com'])(
  'refuses an unusable base URL at once: %s',
  (baseUrl) => expect(() => createMiniMaxClient({ apiKey: 'k3y', baseUrl })).toThrow(TypeError),
);

test('refuses a key that cannot be sent, without repeating it in the error', () => {
  const create = () => createMiniMaxClient({ apiKey: 'sec\nret' });
  expect(create).toThrow(TypeError);
  expect(create).not.toThrow(/sec/);
});

test.each<[string, ScenarioInput['fault']]>([
  ['a refusal', undefined],
  ['a lost connection', { kind: 'reset', at: 'headers' }],
  ['a connection that hangs', { kind: 'hang', at: 'headers' }],
])('keeps the key and the prompt out of the error of %s, at any depth', async (_what, fault) => {
  simulator.script({ fault });
  const apiKey = fault ? 'k3y' : 'wrong-k3y';
  const client = createMiniMaxClient({ apiKey, baseUrl: `${simulator.url}/?token=k3y`, timeoutMs: 200 });
  const error = await client.generateImage(request).catch((thrown: unknown) => thrown);
  expect(MiniMaxError.isInstance(error)).toBe(true);
  const everything = inspect(error, { depth: 20, showHidden: true });
  for (const secret of ['k3y', 'a red fox']) expect(everything).not.toContain(secret);
});
