import { deflateSync } from 'node:zlib';
import { type PhotoName, readPhoto } from '@darkroom/test-kit/photos/read-photo';
import sharp from 'sharp';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { ProcessedImage } from '../../src/images/image-processor.ts';
import { buildImageProcessor } from './build-image-processor.ts';
import { oversizedPng, withOrientation } from './odd-images.ts';

const rocket = await readPhoto('rocket.jpg');
const hubble = await readPhoto('hubble_deep_field.jpg');
const ids = { produceId: 'call-1_0', propagateId: 'job-1_0' };
const processor = buildImageProcessor();

describe('compressing an image', () => {
  test.each<PhotoName>(['astronaut.png', 'chelsea.png', 'coffee.png', 'hubble_deep_field.jpg'])(
    'converts %s into a smaller JPEG of the same size',
    async (name) => {
      const photo = await readPhoto(name);
      const before = await sharp(photo).metadata();
      const image = await processor.compress(photo, ids);
      expect(image).toMatchObject({
        contentType: 'image/jpeg',
        width: before.width,
        height: before.height,
        compressed: true,
      });
      expect(image.bytes.byteLength).toBeLessThan(photo.byteLength);
      expect((await sharp(image.bytes).metadata()).format).toBe('jpeg');
    },
  );

  test.each([
    ['webp', 'image/webp'],
    ['avif', 'image/avif'],
  ] as const)('produces %s when that is configured', async (format, contentType) => {
    const photo = await readPhoto('coffee.png');
    const image = await buildImageProcessor({ format, quality: 50 }).compress(photo, ids);
    expect(image).toMatchObject({ contentType, width: 600, height: 400, compressed: true });
    const metadata = await sharp(image.bytes).metadata();
    expect(metadata.mediaType).toBe(contentType);
  });

  test('leaves the image unchanged when the format is original', async () => {
    const image = await buildImageProcessor({ format: 'original', maxEdge: 100 }).compress(rocket, ids);
    expectAsItCame(image, rocket, { width: 640, height: 427 });
  });

  test('scales the image down to the largest edge, whichever edge that is', async () => {
    const small = buildImageProcessor({ maxEdge: 320 });
    expect(await small.compress(rocket, ids)).toMatchObject({ width: 320, height: 214, compressed: true });
    const upright = await sharp(rocket).rotate(90).jpeg().toBuffer();
    expect(await small.compress(upright, ids)).toMatchObject({ width: 214, height: 320, compressed: true });
    expect(await small.compress(rocket, ids, 'h3')).toMatchObject({ width: 640, height: 427, compressed: true });
  });

  test('gives transparency a white background in JPEG', async () => {
    const clear = await sharp({ create: { width: 64, height: 64, channels: 4, background: '#0000' } })
      .composite([{ input: await sharp(rocket).resize(32, 32).toBuffer() }])
      .png({ compressionLevel: 0 })
      .toBuffer();
    const { bytes } = await processor.compress(clear, ids);
    expect((await pixelsOf(bytes))[0]).toBeGreaterThan(250);
  });
});

describe('rotation of an image', () => {
  // Values 1 to 8: https://www.w3.org/TR/png-3/#eXIf, Exif 2.32, 4.6.4, tag 274
  test.each([2, 3, 4, 5, 6, 7, 8])('applies EXIF orientation %i', async (orientation) => {
    const image = await processor.compress(await withOrientation(rocket, orientation), ids);
    const turnedOver = orientation >= 5;
    expect(image).toMatchObject({ width: turnedOver ? 427 : 640, height: turnedOver ? 640 : 427, compressed: true });
    const { orientation: left } = await sharp(image.bytes).metadata();
    expect(left).toBeUndefined();
    const expected = await sharp(await withOrientation(rocket, orientation))
      .autoOrient()
      .toBuffer();
    expect(await distance(image.bytes, expected)).toBeLessThan(4);
  });

  test('is applied even where that makes the file larger', async () => {
    const tiny = await withOrientation(await sharp(rocket).jpeg({ quality: 5 }).toBuffer(), 6);
    const image = await buildImageProcessor({ quality: 95 }).compress(tiny, ids);
    expect(image).toMatchObject({ width: 427, height: 640, compressed: true });
    expect(image.bytes.byteLength).toBeGreaterThan(tiny.byteLength);
  });
});

describe('colour conversion of an image', () => {
  test('converts CMYK to sRGB', async () => {
    const cmyk = await sharp(rocket).toColourspace('cmyk').withIccProfile('cmyk').jpeg({ quality: 95 }).toBuffer();
    expect((await sharp(cmyk).metadata()).space).toBe('cmyk');
    const { bytes } = await processor.compress(cmyk, ids);
    expect(await sharp(bytes).metadata()).toMatchObject({ space: 'srgb', channels: 3 });
    expect(await distance(bytes, rocket)).toBeLessThan(12);
  });

  test('converts the colours of a wide-gamut profile instead of relabelling them', async () => {
    const wide = await sharp(rocket).withIccProfile('p3').jpeg({ quality: 95 }).toBuffer();
    const { bytes } = await processor.compress(wide, ids);
    expect((await sharp(bytes).metadata()).icc).toBeUndefined();
    expect(await distance(bytes, rocket)).toBeLessThan(4);
  });
});

describe('an image that compressing would not improve or that cannot be decoded', () => {
  test('is delivered unchanged if compressing would make it larger', async () => {
    const tiny = await sharp(rocket).jpeg({ quality: 5 }).toBuffer();
    const image = await buildImageProcessor({ quality: 95 }).compress(tiny, ids);
    expectAsItCame(image, tiny, { width: 640, height: 427 });
  });

  test('is delivered unchanged if compressing would make it larger, also beyond the largest edge', async () => {
    const flat = await sharp({ create: { width: 2_100, height: 2_100, channels: 3, background: 'teal' } })
      .png({ palette: true })
      .toBuffer();
    expectAsItCame(await processor.compress(flat, ids), flat, { width: 2_100, height: 2_100 });
  });

  test('is delivered unchanged as a JPEG that ends too early', async () => {
    const cut = hubble.subarray(0, hubble.length / 2);
    expectAsItCame(await processor.compress(cut, ids), cut, { width: 1000, height: 872 });
  });

  test('is delivered unchanged as a JPEG with damaged data', async () => {
    const damaged = Buffer.from(hubble);
    damaged.fill(0xff, 60_000, 60_400);
    expectAsItCame(await processor.compress(damaged, ids), damaged, { width: 1000, height: 872 });
  });

  test('is delivered unchanged as only the beginning of a JPEG', async () => {
    const stub = rocket.subarray(0, 16);
    expectAsItCame(await processor.compress(stub, ids), stub, { width: null, height: null });
  });

  test.each([
    ['in a decodable size', 8_000, 6_400],
    ['in an undecodable size', 60_000, 60_000],
  ])('is delivered unchanged as a small file of more pixels than allowed, %s', async (_, width, height) => {
    const bomb = oversizedPng(width, height);
    expect(bomb.byteLength).toBeLessThan(200_000);
    expectAsItCame(await processor.compress(bomb, ids), bomb, { width, height });
  });
});

describe('a body that is not an image', () => {
  test.each([
    ['an empty body', Buffer.alloc(0)],
    ['an HTML page', Buffer.from('<!doctype html><title>403</title>')],
    ['an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')],
    ['a GIF', Buffer.from('GIF89a')],
    ['a RIFF that is no WebP', Buffer.from('RIFF\0\0\0\0WAVEfmt ')],
    ['noise', deflateSync(rocket)],
  ])('is rejected permanently: %s', async (_, bytes) => {
    await expect(processor.compress(bytes, ids)).rejects.toMatchObject({ name: 'DownloadError', permanent: true });
  });
});

test('delivers the first frame of an animation', async () => {
  const frames = await Promise.all(
    [rocket, hubble].map((photo) => sharp(photo).resize(100, 80, { fit: 'cover' }).toBuffer()),
  );
  const animation = await sharp(frames, { join: { animated: true } })
    .webp({ lossless: true, loop: 0 })
    .toBuffer();
  expect((await sharp(animation).metadata()).pages).toBe(2);
  const image = await processor.compress(animation, ids);
  expect(image).toMatchObject({ width: 100, height: 80, compressed: true });
  expect(await distance(image.bytes, frames[0] ?? Buffer.alloc(0))).toBeLessThan(6);
});

interface Size {
  width: number | null;
  height: number | null;
}

function expectAsItCame({ bytes, compressed, ...rest }: ProcessedImage, came: Buffer, size: Size): void {
  // Not compared with toEqual: printing the difference of two images takes minutes.
  expect(came.equals(bytes)).toBe(true);
  expect(compressed).toBe(false);
  expect(rest).toMatchObject(size);
}

test('processes at most the allowed number of images at once', async () => {
  const bounded = buildImageProcessor({ concurrency: 1 });
  let most = 0;
  const count = () => {
    const { queue, process } = sharp.counters();
    most = Math.max(most, queue + process);
  };
  sharp.queue.on('change', count);
  onTestFinished(() => void sharp.queue.off('change', count));
  await Promise.all(Array.from({ length: 12 }, () => bounded.compress(rocket, ids)));
  // sharp's two counters are not read atomically: an image that moves from one to the other may be counted twice.
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThanOrEqual(2);
});

function pixelsOf(bytes: Uint8Array): Promise<Buffer> {
  return sharp(bytes).removeAlpha().raw().toBuffer();
}

/** The mean difference of two images' channels, from 0 to 255. */
async function distance(left: Uint8Array, right: Uint8Array): Promise<number> {
  const [a, b] = await Promise.all([pixelsOf(left), pixelsOf(right)]);
  expect(a.length).toBe(b.length);
  return a.reduce((sum, value, index) => sum + Math.abs(value - (b[index] ?? 0)), 0) / a.length;
}
