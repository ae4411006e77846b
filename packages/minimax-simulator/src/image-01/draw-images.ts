import { randomInt } from 'node:crypto';
import sharp from 'sharp';
import { type Bitmap, readBitmap } from '../poster/bitmap.ts';
import { drawPoster } from '../poster/draw-poster.ts';
import { type GenerationRequest, imageSize, referenceBytes } from './generation-request.ts';

/**
 * Draws `count` images for a request, as JPEG. Resolves with `unreadable reference` if the reference cannot be decoded.
 */
export type DrawImages = (request: GenerationRequest, count: number) => Promise<Buffer[] | 'unreadable reference'>;

/** `plain` images have the right size and one flat colour; `poster` images show the prompt and the reference. */
export function createDrawImages(style: 'poster' | 'plain'): DrawImages {
  const draw = style === 'poster' ? drawPosters : drawPlain;
  return async (request, count) => {
    const reference = await readReference(request);
    return reference === 'unreadable reference' ? reference : draw(request, count, reference);
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
  reference: Bitmap | undefined,
): Promise<Buffer[]> {
  const seed = request.seed ?? randomInt(2 ** 31);
  const poster = {
    ...imageSize(request),
    prompt: request.prompt,
    reference,
    seed,
    watermark: request.aigc_watermark ?? false,
  };
  const images: Buffer[] = [];
  // Sequential: nine images must not hold nine canvases in memory.
  for (let index = 0; index < count; index++) images.push(await drawPoster({ ...poster, index }));
  return images;
}

async function drawPlain(request: GenerationRequest, count: number): Promise<Buffer[]> {
  const { width, height } = imageSize(request);
  const create = { width, height, channels: 3, background: '#7a8b99' } as const;
  const jpeg = await sharp({ create }).jpeg().toBuffer();
  return Array.from({ length: count }, () => jpeg);
}
