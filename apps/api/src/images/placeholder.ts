import { rgbaToThumbHash } from 'thumbhash';
import { openImage } from './open-image.ts';

/**
 * Pixels of the longer edge that the hash is made from. A thumbhash keeps seven waves per edge and accepts at most 100
 * pixels.
 */
const EDGE = 64;

/**
 * A thumbhash in base64 (https://evanw.github.io/thumbhash/): about 25 bytes that a page shows blurred while the image
 * loads. Null when the image cannot be read. A JPEG or WebP is decoded at an eighth of its size.
 */
export async function makePlaceholder(bytes: Uint8Array): Promise<string | null> {
  try {
    const { data, info } = await openImage(bytes, 'error')
      .resize({ width: EDGE, height: EDGE, fit: 'inside' })
      .toColourspace('srgb')
      .ensureAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    return Buffer.from(rgbaToThumbHash(info.width, info.height, data)).toString('base64');
  } catch {
    return null;
  }
}
