import sharp, { type OverlayOptions, type Sharp } from 'sharp';
import { type Box, svg } from './svg.ts';

/**
 * A decoded image: raw sRGB with three channels, upright, at most 1400 pixels on the longer edge if read from a file.
 */
export interface Photo {
  data: Buffer;
  width: number;
  height: number;
}

/** Larger references are scaled down to this many pixels on the longer edge. */
const WORKING_EDGE = 1400;
/** Larger references are rejected. */
const INPUT_PIXELS_LIMIT = 50_000_000;

/** Decodes a reference. Rejects if the bytes are not an image or have more than 50 million pixels. */
export function readPhoto(bytes: Buffer): Promise<Photo> {
  return decode(
    sharp(bytes, { limitInputPixels: INPUT_PIXELS_LIMIT })
      .autoOrient()
      .resize({ width: WORKING_EDGE, height: WORKING_EDGE, fit: 'inside', withoutEnlargement: true }),
  );
}

/** Renders an image to raw sRGB pixels without transparency. */
export async function decode(picture: Sharp): Promise<Photo> {
  const { data, info } = await picture
    .flatten()
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

/** A sharp pipeline that starts with the photo. */
function openPhoto({ data, width, height }: Photo): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 } });
}

/** Scales and crops the photo to `width` x `height`, keeping its most salient region. */
function cover(photo: Photo, width: number, height: number): Sharp {
  return openPhoto(photo).resize(Math.round(width), Math.round(height), { fit: 'cover', position: 'attention' });
}

/** A blurred copy of the photo. Scaling it down and up again costs a tenth of a real blur. */
export async function blurred(photo: Photo, width: number, height: number): Promise<Sharp> {
  const small = await decode(
    openPhoto(photo)
      .resize(48, Math.round((48 * height) / width), { fit: 'cover' })
      .blur(1.6),
  );
  return openPhoto(small).resize(width, height, { fit: 'fill', kernel: 'cubic' });
}

/** The photo in `box`, masked by a white SVG shape in coordinates relative to the box. */
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
