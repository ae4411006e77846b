import sharp, { type OverlayOptions, type Sharp } from 'sharp';
import { type Box, svg } from './svg.ts';

/**
 * A decoded image: raw sRGB with three channels, upright, at most 1400 pixels on the longer edge if read from a file.
 */
export interface Bitmap {
  data: Buffer;
  width: number;
  height: number;
}

/** Larger references are scaled down to this many pixels on the longer edge. */
const WORKING_EDGE = 1400;
/** Larger references are rejected. */
const INPUT_PIXELS_LIMIT = 50_000_000;

/** Decodes a reference. Rejects if the bytes are not an image or have more than 50 million pixels. */
export function readBitmap(bytes: Buffer): Promise<Bitmap> {
  return decode(
    sharp(bytes, { limitInputPixels: INPUT_PIXELS_LIMIT })
      .autoOrient()
      .resize({ width: WORKING_EDGE, height: WORKING_EDGE, fit: 'inside', withoutEnlargement: true }),
  );
}

/** Renders an image to raw sRGB pixels without transparency. */
export async function decode(pipeline: Sharp): Promise<Bitmap> {
  const { data, info } = await pipeline
    .flatten()
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

/** A sharp pipeline that starts with the bitmap. */
export function openBitmap({ data, width, height }: Bitmap): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 } });
}

/** Scales and crops the bitmap to `width` x `height`, keeping its most salient region. */
function cover(bitmap: Bitmap, width: number, height: number): Sharp {
  return openBitmap(bitmap).resize(Math.round(width), Math.round(height), { fit: 'cover', position: 'attention' });
}

/** A blurred copy of the bitmap. Scaling it down and up again costs a tenth of a real blur. */
export async function blurred(bitmap: Bitmap, width: number, height: number): Promise<Sharp> {
  const small = await decode(
    openBitmap(bitmap)
      .resize(48, Math.round((48 * height) / width), { fit: 'cover' })
      .blur(1.6),
  );
  return openBitmap(small).resize(width, height, { fit: 'fill', kernel: 'cubic' });
}

/** The bitmap in `box`, masked by a white SVG shape in coordinates relative to the box. */
export async function cutOut(bitmap: Bitmap, box: Box, shape: string): Promise<OverlayOptions> {
  const [width, height] = [Math.round(box.width), Math.round(box.height)];
  const { data, info } = await cover(bitmap, width, height)
    .ensureAlpha()
    .composite([{ input: svg(width, height, shape), blend: 'dest-in' }])
    .raw()
    .toBuffer({ resolveWithObject: true });
  return {
    input: data,
    raw: { width: info.width, height: info.height, channels: 4 },
    left: Math.round(box.x),
    top: Math.round(box.y),
  };
}
