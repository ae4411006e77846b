import { createHash } from 'node:crypto';
import sharp, { type Sharp } from 'sharp';
import type { Drawing } from './drawing.ts';
import type { Draw } from './image-store.ts';
import { type Bitmap, openBitmap, readBitmap } from './poster/bitmap.ts';
import { drawPoster } from './poster/draw-poster.ts';

/** Longest side in pixels at which a poster is composed. A larger one is this one enlarged, as SVG is slow to render. */
const COMPOSED_SIDE = 1400;

/**
 * `plain` images have one flat colour, different for each image; `poster` images show the references and the start of
 * the prompt. `scale` shrinks every image, to save CPU time. One image is drawn at a time, as one of 20 million pixels
 * needs up to 300 MB.
 */
export function createDraw(style: 'poster' | 'plain', scale: number): Draw {
  let last: Promise<unknown> = Promise.resolve();

  return (drawing) => {
    const drawn = last.then(() => drawNow(drawing));
    last = drawn.catch(() => undefined);
    return drawn;
  };

  async function drawNow(drawing: Drawing): Promise<Buffer> {
    const { width, height } = scaledSize(drawing, scale);
    const sized = { ...drawing, width, height };
    const pixels = style === 'plain' ? drawPlain(sized) : await enlargePoster(sized);
    return encode(pixels.withExif({ IFD0: { ImageDescription: drawing.mark } }), drawing).toBuffer();
  }
}

/** Pixels. */
export interface Size {
  width: number;
  height: number;
}

/** The size that an image of the given size is drawn at. */
export function scaledSize({ width, height }: Size, scale: number): Size {
  const shrink = (pixels: number) => Math.max(16, Math.round(pixels * scale));
  return { width: shrink(width), height: shrink(height) };
}

function drawPlain({ width, height, mark }: Drawing): Sharp {
  const [r = 0, g = 0, b = 0] = createHash('sha256').update(mark).digest();
  return sharp({ create: { width, height, channels: 3, background: { r, g, b } } });
}

async function enlargePoster({ width, height, prompt, references, seed, index }: Drawing): Promise<Sharp> {
  const factor = Math.min(1, COMPOSED_SIDE / Math.max(width, height));
  const size = { width: Math.round(width * factor), height: Math.round(height * factor) };
  const bitmaps: (Bitmap | null)[] = [];
  for (const thumbnail of references) {
    bitmaps.push(thumbnail === null ? null : await readBitmap(Buffer.from(thumbnail, 'base64')));
  }
  const subject = bitmaps.find((bitmap) => bitmap !== null);
  const poster = await drawPoster({ ...size, prompt, subject, references: bitmaps, seed, index, watermark: false });
  return openBitmap(poster).resize(width, height, { fit: 'fill', kernel: 'linear' });
}

function encode(pixels: Sharp, { format, quality }: Drawing): Sharp {
  switch (format) {
    case 'png':
      return pixels.png({ compressionLevel: 2 });
    case 'webp':
      return pixels.webp({ quality, effort: 0 });
    case 'jpeg':
      return pixels.jpeg({ quality: Math.max(1, quality) });
  }
}
