import sharp, { type FailOnOptions, type Sharp } from 'sharp';
import type { MediaType } from '../media-types.ts';

/** Most pixels of one result image, by its header; decoded, each takes up to eight bytes of memory. */
const PIXELS_MAX = 50_000_000;

/** Seconds to process one image. */
const PROCESSING_TIMEOUT_S = 30;

/** libvips' loader of each format. */
const LOADERS: Record<MediaType, string> = {
  'image/jpeg': 'VipsForeignLoadJpeg',
  'image/png': 'VipsForeignLoadPng',
  'image/webp': 'VipsForeignLoadWebp',
  'image/avif': 'VipsForeignLoadHeif',
};

/**
 * Configures libvips for the whole process; called once, by the program's entry point. Enables only the loaders of
 * supported formats; uses one thread per image, since images processed in parallel use the cores; disables the cache,
 * since no image comes twice.
 */
export function configureSharp(): void {
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: Object.values(LOADERS) });
  sharp.concurrency(1);
  sharp.cache(false);
}

/**
 * Opens an image upright, bounded in pixels and time; of an animation, the first frame. `failOn` sets how much damage
 * rejects: `warning` any damage, `error` damage that a viewer would not accept either.
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
