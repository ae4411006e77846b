import sharp, { type OverlayOptions, type Sharp } from 'sharp';
import { type Box, svg } from './svg.ts';

/** A decoded picture: three channels, upright, and small enough to work with. */
export interface Photo {
  data: Buffer;
  width: number;
  height: number;
}

/** Pixels of the longer edge that are kept. */
const WORKING_EDGE = 1400;
const INPUT_PIXELS_LIMIT = 50_000_000;

/** Rejects when the bytes are no picture. */
export function readPhoto(bytes: Buffer): Promise<Photo> {
  return decode(
    sharp(bytes, { limitInputPixels: INPUT_PIXELS_LIMIT })
      .autoOrient()
      .resize({ width: WORKING_EDGE, height: WORKING_EDGE, fit: 'inside', withoutEnlargement: true }),
  );
}

export async function decode(picture: Sharp): Promise<Photo> {
  const { data, info } = await picture
    .flatten()
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

export function openPhoto({ data, width, height }: Photo): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 } });
}

/** Fills `width` x `height`, cropped around what catches the eye. */
export function cover(photo: Photo, width: number, height: number): Sharp {
  return openPhoto(photo).resize(Math.round(width), Math.round(height), { fit: 'cover', position: 'attention' });
}

/** The photo out of focus. Made small and large again, which costs a tenth of a real blur. */
export async function blurred(photo: Photo, width: number, height: number): Promise<Sharp> {
  const small = await decode(
    openPhoto(photo)
      .resize(48, Math.round((48 * height) / width), { fit: 'cover' })
      .blur(1.6),
  );
  return openPhoto(small).resize(width, height, { fit: 'fill', kernel: 'cubic' });
}

/** The photo in `box`, cut out by a white SVG shape that is drawn from the box's own corner. */
export async function cutOut(photo: Photo, box: Box, shape: string): Promise<OverlayOptions> {
  const [width, height] = [Math.round(box.width), Math.round(box.height)];
  const { data, info } = await cover(photo, width, height)
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
