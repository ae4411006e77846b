import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type Simulator, startSimulator } from '../../src/index.ts';
import { callH3, EDITS, GENERATIONS, imagesOf, publicReference, reference } from './call-h3.ts';

let simulator: Simulator;

beforeAll(async () => {
  simulator = await startSimulator();
});
afterAll(() => simulator.close());

async function links(path: string, fields: object, url = simulator.url): Promise<string[]> {
  const { data } = await imagesOf(await callH3(url, path, fields));
  return data.map((entry) => entry.url ?? '');
}

async function download(url: string): Promise<Buffer> {
  const response = await fetch(url);
  expect(response.status).toBe(200);
  return Buffer.from(await response.arrayBuffer());
}

async function draw(path: string, fields: object): Promise<Buffer> {
  return download((await links(path, fields))[0] ?? '');
}

test.each([
  ['jpg', 'image/jpeg', 'jpeg'],
  ['png', 'image/png', 'png'],
  ['webp', 'image/webp', 'webp'],
])('draws %s at the exact size, and serves it as %s', async (output_format, contentType, format) => {
  const [url = ''] = await links(GENERATIONS, { size: '1203x801', output_format });
  expect((await fetch(url)).headers.get('content-type')).toBe(contentType);
  expect(await sharp(await download(url)).metadata()).toMatchObject({ format, width: 1203, height: 801, channels: 3 });
});

test('draws 20 million pixels', async () => {
  expect(await sharp(await draw(GENERATIONS, { size: '5000x4000' })).metadata()).toMatchObject({
    width: 5000,
    height: 4000,
  });
});

test.each([
  [{ area: '1K', aspect_ratio: '21:9' }, 1536, 640],
  [{ area: '2K', aspect_ratio: '1:1' }, 2048, 2048],
  [{ area: '1K', aspect_ratio: '1:3' }, 576, 1792],
])('draws %o at %i x %i', async (fields, width, height) => {
  expect(await sharp(await draw(GENERATIONS, fields)).metadata()).toMatchObject({ width, height });
});

test('takes 4K and 1:1 by default', async () => {
  const scaled = await startSimulator({ images: 'plain', scale: 0.01 });
  const [url = ''] = await links(GENERATIONS, {}, scaled.url);
  expect(await sharp(await download(url)).metadata()).toMatchObject({ width: 41, height: 41 });
  await scaled.close();
});

/** Sixteen colours that are far from each other. */
const COLOURS = Array.from({ length: 16 }, (_, index) => ({
  r: (index % 4) * 85,
  g: (Math.floor(index / 4) % 2) * 255,
  b: Math.floor(index / 8) * 255,
}));

function flat(colour: object, width = 256, height = 256): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: colour } })
    .png()
    .toBuffer();
}

/** Index of each reference in the order in which they are found from left to right and from top to bottom. */
async function visibleColours(image: Buffer): Promise<number[]> {
  const { data, info } = await sharp(image).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const counts = new Map<number, { count: number; x: number; y: number }>();
  for (let pixel = 0; pixel < info.width * info.height; pixel++) {
    const [r = 0, g = 0, b = 0] = data.subarray(pixel * 3, pixel * 3 + 3);
    const found = COLOURS.findIndex((c) => Math.abs(c.r - r) + Math.abs(c.g - g) + Math.abs(c.b - b) < 24);
    if (found === -1) continue;
    const seen = counts.get(found) ?? { count: 0, x: 0, y: 0 };
    counts.set(found, {
      count: seen.count + 1,
      x: seen.x + (pixel % info.width),
      y: seen.y + Math.floor(pixel / info.width),
    });
  }
  const fields = [...counts].filter(([, { count }]) => count > 4_000);
  const row = ({ count, y }: { count: number; y: number }) => Math.round(y / count / 40);
  return fields.toSorted(([, a], [, b]) => row(a) - row(b) || a.x / a.count - b.x / b.count).map(([colour]) => colour);
}

test('shows all of 16 references in their order', async () => {
  const images = await Promise.all(COLOURS.map(async (colour) => reference(await flat(colour))));
  const image = await draw(EDITS, { images, size: '1024x1024' });
  expect(await visibleColours(image)).toEqual(COLOURS.map((_, index) => index));
});

test('leaves a field for a reference that it cannot show', async () => {
  const [first, second] = await Promise.all([flat(COLOURS[0] ?? {}), flat(COLOURS[15] ?? {})]);
  const image = await draw(EDITS, {
    images: [reference(first), publicReference(1), reference(second)],
    size: '1024x1024',
  });
  expect(await visibleColours(image)).toEqual([0, 15]);
});

test('draws different images in one call, and the same image at each download', async () => {
  const [first = '', second = ''] = await links(GENERATIONS, { n: 2, area: '1K' });
  const [once, again, other] = [await download(first), await download(first), await download(second)];
  expect(once.equals(again)).toBe(true);
  expect(once.equals(other)).toBe(false);
});

test('draws images of a folder after a restart', async () => {
  const stateDir = await mkdtemp(join(tmpdir(), 'drawings-'));
  onTestFinished(() => rm(stateDir, { recursive: true }));
  const first = await startSimulator({ stateDir });
  const images = [reference(await flat(COLOURS[3] ?? {}))];
  const [url = ''] = await links(EDITS, { images, size: '1024x1024' }, first.url);
  await first.close();
  const second = await startSimulator({ stateDir });
  onTestFinished(() => second.close());
  expect(await visibleColours(await download(url))).toContain(3);
});

test('draws plain images in a colour of their own', async () => {
  const plain = await startSimulator({ images: 'plain', scale: 0.02 });
  const urls = await links(GENERATIONS, { n: 4, area: '1K', output_format: 'png' }, plain.url);
  const colours = await Promise.all(urls.map(async (url) => (await sharp(await download(url)).stats()).dominant));
  expect(new Set(colours.map((colour) => JSON.stringify(colour))).size).toBeGreaterThan(1);
  await plain.close();
});
