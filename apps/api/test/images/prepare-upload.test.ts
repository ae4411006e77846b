import { randomFillSync } from 'node:crypto';
import { type PhotoName, readPhoto } from '@darkroom/test-kit/photos/read-photo';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { buildImageProcessor } from './build-image-processor.ts';
import { oversizedPng, withOrientation } from './odd-images.ts';

const rocket = await readPhoto('rocket.jpg');
const processor = buildImageProcessor();
const unreadable = { name: 'UnreadableImageError' };

describe('preparing an upload', () => {
  test.each<PhotoName>(['astronaut.png', 'chelsea.png', 'coffee.png', 'hubble_deep_field.jpg', 'rocket.jpg'])(
    'converts %s into a JPEG of the same size',
    async (name) => {
      const photo = await readPhoto(name);
      const { width, height } = await sharp(photo).metadata();
      const upload = await processor.prepareUpload(photo);
      expect(upload).toMatchObject({ contentType: 'image/jpeg', width, height });
      expect((await sharp(upload.bytes).metadata()).format).toBe('jpeg');
    },
  );

  test.each(['webp', 'avif', 'png', 'jpeg'] as const)('accepts %s', async (format) => {
    const photo = await sharp(rocket).resize(200).toFormat(format).toBuffer();
    expect(await processor.prepareUpload(photo)).toMatchObject({ contentType: 'image/jpeg', width: 200 });
  });

  test('rotates the photo upright and removes its metadata', async () => {
    const photo = await sharp(await withOrientation(rocket, 6))
      .keepMetadata()
      .withExifMerge({ IFD3: { GPSLatitude: '31/1 13/1 0/1' } })
      .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/"/>')
      .toBuffer();
    const upload = await processor.prepareUpload(photo);
    expect(upload).toMatchObject({ width: 427, height: 640 });
    const { exif, xmp, icc, orientation } = await sharp(upload.bytes).metadata();
    expect({ exif, xmp, icc, orientation }).toEqual({});
  });

  test('scales the photo to 2048 pixels on its longer edge', async () => {
    const wide = await sharp(rocket).resize(3000, 1000, { fit: 'fill' }).toBuffer();
    expect(await processor.prepareUpload(wide)).toMatchObject({ width: 2048, height: 683 });
  });

  test('keeps a photo with transparency as PNG', async () => {
    const photo = await sharp(rocket)
      .composite([{ input: holeOf(100), blend: 'dest-out' }])
      .png()
      .toBuffer();
    const upload = await processor.prepareUpload(photo);
    expect(upload).toMatchObject({ contentType: 'image/png', width: 640, height: 427 });
    expect((await sharp(upload.bytes).stats()).isOpaque).toBe(false);
  });

  test('converts a photo with an opaque alpha channel into a JPEG', async () => {
    const photo = await sharp(rocket).ensureAlpha().png().toBuffer();
    expect(await processor.prepareUpload(photo)).toMatchObject({ contentType: 'image/jpeg' });
  });

  test('brings an image of noise, which PNG cannot compress, below 10,000,000 bytes', async () => {
    const side = 2048;
    const noise = randomFillSync(Buffer.alloc(side * side * 4));
    const photo = await sharp(noise, { raw: { width: side, height: side, channels: 4 } })
      .png()
      .toBuffer();
    expect(photo.byteLength).toBeGreaterThan(10_000_000);
    const upload = await processor.prepareUpload(photo);
    expect(upload.contentType).toBe('image/png');
    expect(upload.bytes.byteLength).toBeLessThan(10_000_000);
  });
});

describe('an upload that cannot be prepared', () => {
  test.each([
    ['an empty file', Buffer.alloc(0)],
    ['text', Buffer.from('not an image')],
    ['an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')],
    ['another ISO media file', Buffer.from('\0\0\0\x18ftypmp42\0\0\0\0mp42isom')],
    ['a JPEG that ends too early', rocket.subarray(0, 20_000)],
    ['a JPEG without its last bytes', rocket.subarray(0, rocket.length * 0.999)],
    ['only the beginning of a JPEG', rocket.subarray(0, 16)],
    ['a PNG with too many pixels', oversizedPng(11_000, 10_100)],
  ])('is refused: %s', async (_, bytes) => {
    await expect(processor.prepareUpload(bytes)).rejects.toMatchObject(unreadable);
  });
});

function holeOf(side: number): Buffer {
  return Buffer.from(`<svg width="${side}" height="${side}"><circle cx="50" cy="50" r="40"/></svg>`);
}
