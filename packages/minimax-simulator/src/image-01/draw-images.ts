import { randomInt } from 'node:crypto';
import sharp from 'sharp';
import { type Size, scaledSize } from '../draw.ts';
import { type Bitmap, openBitmap, readBitmap } from '../poster/bitmap.ts';
import { drawPoster } from '../poster/draw-poster.ts';
import { type GenerationRequest, imageSize, referenceBytes } from './generation-request.ts';

/**
 * Draws `count` images for a request, as JPEG. Resolves with `unreadable reference` if the reference cannot be decoded.
 */
export type DrawImages = (request: GenerationRequest, count: number) => Promise<Buffer[] | 'unreadable reference'>;

const JPEG_QUALITY = 88;

/**
 * `plain` images have the right size and one flat colour; `poster` images show the prompt and the reference. `scale` is
 * a factor on the sides of each image.
 */
export function createDrawImages(style: 'poster' | 'plain', scale: number): DrawImages {
  const draw = style === 'poster' ? drawPosters : createDrawPlain();
  return async (request, count) => {
    const reference = await readReference(request);
    return reference === 'unreadable reference'
      ? reference
      : draw(request, count, scaledSize(imageSize(request), scale), reference);
  };
}

async function readReference(request: GenerationRequest): Promise<Bitmap | undefined | 'unreadable reference'> {
  const bytes = referenceBytes(request.subject_reference?.[0]?.image_file ?? '');
  if (!bytes) return undefined;
  return readBitmap(bytes).catch(() => 'unreadable reference' as const);
}

async function drawPosters(
  request: GenerationRequest,
  count: number,
  size: Size,
  subject: Bitmap | undefined,
): Promise<Buffer[]> {
  const seed = request.seed ?? randomInt(2 ** 31);
  const poster = {
    ...size,
    prompt: request.prompt,
    subject,
    seed,
    watermark: request.aigc_watermark ?? false,
  };
  const images: Buffer[] = [];
  // Sequential: nine images must not hold nine canvases in memory.
  for (let index = 0; index < count; index++) {
    const bitmap = await drawPoster({ ...poster, index });
    images.push(await openBitmap(bitmap).jpeg({ quality: JPEG_QUALITY }).toBuffer());
  }
  return images;
}

type DrawSized = (request: GenerationRequest, count: number, size: Size) => Promise<Buffer[]>;

function createDrawPlain(): DrawSized {
  // All images of one size are the same, and drawing one costs more than the rest of its call.
  const drawn = new Map<string, Promise<Buffer>>();
  return async (_request, count, { width, height }) => {
    const key = `${width}x${height}`;
    const drawing = drawn.get(key) ?? drawPlain({ width, height });
    drawn.set(key, drawing);
    const jpeg = await drawing;
    return Array.from({ length: count }, () => jpeg);
  };
}

function drawPlain({ width, height }: Size): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: '#7a8b99' } })
    .jpeg()
    .toBuffer();
}
