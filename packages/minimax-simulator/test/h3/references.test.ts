import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../src/index.ts';
import { callH3, EDITS, imagesOf, publicReference, reference } from './call-h3.ts';
import { heif } from './heif.ts';

let simulator: Simulator;

beforeAll(async () => {
  simulator = await startSimulator({ images: 'plain', scale: 0.02 });
});
afterEach(() => simulator.reset());
afterAll(() => simulator.close());

function flat(
  width: number,
  height: number,
  format: 'png' | 'jpeg' | 'webp' | 'gif' | 'avif' = 'png',
): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: '#345' } })
    .toFormat(format)
    .toBuffer();
}

const edit = (bytes: Buffer, type?: string) =>
  callH3(simulator.url, EDITS, { area: '1K', images: [reference(bytes, type)] });

test.each([
  ['PNG', () => flat(128, 128), 'png'],
  ['JPEG', () => flat(640, 160, 'jpeg'), 'jpeg'],
  ['WebP', () => flat(200, 300, 'webp'), 'webp'],
  ['8192 pixels long', () => flat(8192, 2048), 'png'],
  ['HEIC', async () => heif('heic', 4032, 3024), 'heif'],
  ['HEIF', async () => heif('mif1', 128, 512), 'heif'],
])('accepts a reference that is %s, whatever type its data URL has', async (_what, draw, format) => {
  expect((await edit(await draw(), 'webp')).status).toBe(200);
  expect(simulator.calls()).toMatchObject([{ h3: { references: [{ kind: 'data', format }] } }]);
});

test.each([
  ['a GIF', () => flat(200, 200, 'gif')],
  ['an AVIF', () => flat(200, 200, 'avif')],
  ['an AVIF that begins as a HEIF', async () => heif('mif1', 200, 200, 'avif')],
  ['text', async () => Buffer.from('not an image')],
  ['no bytes', async () => Buffer.alloc(0)],
  ['127 pixels wide', () => flat(127, 200)],
  ['8193 pixels long', () => flat(8193, 2100)],
  ['longer than 4:1', () => flat(641, 160)],
  ['a HEIC of 64 pixels', async () => heif('heic', 64, 64)],
])('refuses a reference with 400 that is %s', async (_what, draw) => {
  const response = await edit(await draw());
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: { message: expect.stringContaining('images.0') } });
});

test('records references in their order, by size and hash, and does not fetch public URLs', async () => {
  const bytes = await flat(300, 200);
  await callH3(simulator.url, EDITS, { images: [publicReference(1), reference(bytes), publicReference(2)] });
  expect(simulator.calls()[0]?.h3?.references).toEqual([
    { kind: 'url', url: publicReference(1).image_url },
    {
      kind: 'data',
      format: 'png',
      width: 300,
      height: 200,
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    },
    { kind: 'url', url: publicReference(2).image_url },
  ]);
});

test('charges the input once for each image', async () => {
  const images = [reference(await flat(320, 320))];
  const usage = async (n: number) => {
    const response = await callH3(simulator.url, EDITS, { n, images, size: '1024x1024' });
    return (await imagesOf(response)).usage;
  };
  expect(await usage(1)).toMatchObject({ input_tokens_details: { image_tokens: 100 }, output_tokens: 1024 });
  expect(await usage(3)).toMatchObject({ input_tokens_details: { image_tokens: 300 }, output_tokens: 3072 });
});

test('answers 415 to a multipart body, which is not confirmed for H3', async () => {
  const body = new FormData();
  body.append('model', 'MiniMax-H3-Image');
  const response = await fetch(simulator.url + EDITS, {
    method: 'POST',
    headers: { authorization: 'Bearer key' },
    body,
  });
  expect(response.status).toBe(415);
});
