import sharp, { type FailOnOptions, type Sharp } from 'sharp';

/** Pixels of one result picture, as its header claims them; decoded, each takes up to eight bytes of memory. */
const PIXELS_MAX = 50_000_000;

/** Seconds of processing one picture. */
const PROCESSING_TIMEOUT_S = 30;

/**
 * Settings that libvips keeps for the whole process, so the program's entry point makes them, once: only the loaders of
 * the pictures that we take, one thread a picture (pictures side by side use the cores), and nothing cached (no picture
 * comes twice).
 */
export function configureSharp(): void {
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({
    operation: ['VipsForeignLoadJpeg', 'VipsForeignLoadPng', 'VipsForeignLoadWebp', 'VipsForeignLoadHeif'],
  });
  sharp.concurrency(1);
  sharp.cache(false);
}

/**
 * A picture turned upright, bounded in pixels and time; of an animation the first frame. `failOn` says how much damage is
 * too much: `warning` any, `error` what a viewer would not forgive either.
 */
export function openImage(bytes: Uint8Array, failOn: FailOnOptions, pixelsMax = PIXELS_MAX): Sharp {
  return sharp(bytes, { autoOrient: true, failOn, limitInputPixels: pixelsMax }).timeout({
    seconds: PROCESSING_TIMEOUT_S,
  });
}

/** Pixels as shown, by the header alone; null when it cannot be read. */
export async function readSize(bytes: Uint8Array): Promise<{ width: number; height: number } | null> {
  try {
    const { autoOrient } = await sharp(bytes, { limitInputPixels: false }).metadata();
    return { width: autoOrient.width, height: autoOrient.height };
  } catch {
    return null;
  }
}
