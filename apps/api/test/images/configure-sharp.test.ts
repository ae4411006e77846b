import { readPhoto } from '@darkroom/test-kit/photos/read-photo';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { configureSharp } from '../../src/images/open-image.ts';

const photo = await readPhoto('rocket.jpg');
const small = sharp(photo).resize(32);

test('leaves only the loaders of the four supported types enabled', async () => {
  const taken = await Promise.all(
    (['jpeg', 'png', 'webp', 'avif'] as const).map((type) => small.toFormat(type).toBuffer()),
  );
  const others = await Promise.all((['gif', 'tiff'] as const).map((type) => small.toFormat(type).toBuffer()));
  others.push(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'));

  configureSharp();

  for (const bytes of taken) await expect(sharp(bytes).metadata()).resolves.toMatchObject({ width: 32 });
  for (const bytes of others) await expect(sharp(bytes).metadata()).rejects.toThrow(/unsupported image format|blocked/);
});
