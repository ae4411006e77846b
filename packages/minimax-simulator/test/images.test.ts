import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../src/index.ts';
import { callSimulator, photo, referenceTo } from './call-simulator.ts';

let simulator: Simulator;

beforeAll(async () => {
  simulator = await startSimulator();
});
afterAll(() => simulator.close());

async function draw(fields: object): Promise<Buffer[]> {
  const { urls } = await callSimulator(simulator.url, { seed: 3, ...fields });
  return Promise.all(urls.map(async (url) => Buffer.from(await (await fetch(url)).arrayBuffer())));
}

async function drawOne(fields: object): Promise<Buffer> {
  const [image] = await draw(fields);
  return image ?? Buffer.alloc(0);
}

test.each([
  [{}, 1024, 1024],
  [{ aspect_ratio: '16:9' }, 1280, 720],
  [{ aspect_ratio: '9:16' }, 720, 1280],
  [{ aspect_ratio: '21:9' }, 1344, 576],
  [{ width: 512, height: 2048 }, 512, 2048],
])('draws %o as a JPEG of %i x %i', async (fields, width, height) => {
  const image = await sharp(await drawOne(fields)).metadata();
  expect(image).toMatchObject({ format: 'jpeg', width, height, channels: 3 });
});

test('draws different images in one call, and the same ones again for the same seed', async () => {
  const first = await draw({ ...SMALL, n: 4, ...referenceTo(photo('astronaut.png')) });
  const again = await draw({ ...SMALL, n: 4, ...referenceTo(photo('astronaut.png')) });
  expect(new Set(first.map((image) => image.toString('base64'))).size).toBe(4);
  expect(again.every((image, index) => image.equals(first[index] ?? Buffer.alloc(0)))).toBe(true);
});

/** Drawing takes CPU time, so tests use this size wherever the size does not matter. */
const SMALL = { width: 512, height: 512 };

/** The share of the pixels in the middle that differ clearly. */
async function difference(a: Buffer, b: Buffer): Promise<number> {
  const middle = { left: 192, top: 128, width: 128, height: 128 };
  const [left, right] = await Promise.all(
    [a, b].map((image) => sharp(image).extract(middle).greyscale().raw().toBuffer()),
  );
  if (!left || !right) throw new Error('Nothing was drawn.');
  return left.filter((value, index) => Math.abs(value - (right[index] ?? 0)) > 24).length / left.length;
}

test.each([0, 1, 2, 3])('shows the reference photo in composition %i', async (composition) => {
  const fields = { ...SMALL, seed: composition * 6 };
  const astronaut = await drawOne({ ...fields, ...referenceTo(photo('astronaut.png')) });
  const cat = await drawOne({ ...fields, ...referenceTo(photo('chelsea.png')) });
  expect(await difference(astronaut, cat)).toBeGreaterThan(0.3);
});

test('draws an image that depends on the prompt, whatever characters it has', async () => {
  const plain = await drawOne({ ...SMALL, prompt: 'fox' });
  for (const prompt of ['猫', '<b>&amp;</b> "\u0001" ]]>', '🦊', 'word '.repeat(299), '字'.repeat(1499), '\ud800']) {
    expect((await drawOne({ ...SMALL, prompt })).equals(plain)).toBe(false);
  }
});

test('draws a watermark when it is requested', async () => {
  expect((await drawOne({ ...SMALL, aigc_watermark: true })).equals(await drawOne(SMALL))).toBe(false);
});
