import { readPhoto } from '@darkroom/test-kit/photos/read-photo';
import sharp from 'sharp';
import * as thumbhash from 'thumbhash';
import { expect, test } from 'vitest';
import { buildImageProcessor } from './build-image-processor.ts';
import { oversizedPng, withOrientation } from './odd-images.ts';

const rocket = await readPhoto('rocket.jpg');
const ids = { produceId: 'call-1_0', propagateId: 'job-1_0' };

const placeholderOf = async (bytes: Uint8Array, format: 'jpeg' | 'original' = 'jpeg') =>
  (await buildImageProcessor({ format }).compress(bytes, ids)).placeholder;

test('encodes the colours and the aspect ratio of the image in less than 40 characters', async () => {
  const placeholder = (await placeholderOf(rocket)) ?? '';
  expect(placeholder.length).toBeLessThan(40);
  const hash = Buffer.from(placeholder, 'base64');
  expect(thumbhash.thumbHashToApproximateAspectRatio(hash)).toBeCloseTo(640 / 427, 0);

  const { w, h, rgba } = thumbhash.thumbHashToRGBA(hash);
  const small = await sharp(rocket).resize(w, h, { fit: 'fill' }).ensureAlpha().raw().toBuffer();
  const off = small.reduce((sum, value, index) => sum + Math.abs(value - (rgba[index] ?? 0)), 0) / small.length;
  expect(off).toBeLessThan(15);
});

test('is the same for a compressed and an unchanged image', async () => {
  expect(await placeholderOf(rocket, 'original')).toBe(await placeholderOf(rocket));
});

test('is rotated upright', async () => {
  const lying = Buffer.from((await placeholderOf(await withOrientation(rocket, 6))) ?? '', 'base64');
  expect(thumbhash.thumbHashToApproximateAspectRatio(lying)).toBeLessThan(1);
});

test.each([
  ['grey', () => sharp(rocket).greyscale().jpeg().toBuffer()],
  ['CMYK', () => sharp(rocket).toColourspace('cmyk').withIccProfile('cmyk').jpeg().toBuffer()],
  ['deep', () => sharp(rocket).toColourspace('rgb16').png().toBuffer()],
])('is built from a %s image', async (_, make) => {
  const hash = Buffer.from((await placeholderOf(await make())) ?? '', 'base64');
  const { r, g, b, a } = thumbhash.thumbHashToAverageRGBA(hash);
  const { channels } = await sharp(rocket).stats();
  const mean = channels.reduce((sum, channel) => sum + channel.mean, 0) / channels.length / 255;
  expect((r + g + b) / 3).toBeCloseTo(mean, 1);
  expect(a).toBe(1);
});

test('keeps transparency', async () => {
  const clear = await sharp({ create: { width: 64, height: 64, channels: 4, background: '#0000' } })
    .composite([{ input: await sharp(rocket).resize(32, 32).toBuffer() }])
    .png()
    .toBuffer();
  const hash = Buffer.from((await placeholderOf(clear)) ?? '', 'base64');
  expect(thumbhash.thumbHashToAverageRGBA(hash).a).toBeLessThan(0.5);
});

test.each([
  ['ends too early', rocket.subarray(0, rocket.length / 2)],
  ['is only its beginning', rocket.subarray(0, 16)],
  ['has more pixels than allowed', oversizedPng(8_000, 6_400)],
])('is null for an image that %s, which is still delivered', async (_, bytes) => {
  const image = await buildImageProcessor().compress(bytes, ids);
  expect(image).toMatchObject({ compressed: false, placeholder: null });
});
