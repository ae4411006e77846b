import { randomInt } from 'node:crypto';
import sharp from 'sharp';
import { type GenerationRequest, pictureSize, referenceBytes } from './generation-request.ts';
import { drawPoster } from './poster/draw-poster.ts';
import { type Photo, readPhoto } from './poster/photo.ts';

/**
 * Draws `count` images for a request, as JPEG. Resolves with `unreadable reference` if the reference cannot be decoded.
 */
export type DrawPictures = (order: GenerationRequest, count: number) => Promise<Buffer[] | 'unreadable reference'>;

/** `plain` images have the right size and one flat colour; `poster` images show the prompt and the reference. */
export function createDrawPictures(style: 'poster' | 'plain'): DrawPictures {
  const draw = style === 'poster' ? drawPosters : drawPlain;
  return async (order, count) => {
    const photo = await readReference(order);
    return photo === 'unreadable reference' ? photo : draw(order, count, photo);
  };
}

async function readReference(order: GenerationRequest): Promise<Photo | undefined | 'unreadable reference'> {
  const bytes = referenceBytes(order.subject_reference?.[0]?.image_file ?? '');
  if (!bytes) return undefined;
  return readPhoto(bytes).catch(() => 'unreadable reference' as const);
}

async function drawPosters(order: GenerationRequest, count: number, photo: Photo | undefined): Promise<Buffer[]> {
  const seed = order.seed ?? randomInt(2 ** 31);
  const poster = { ...pictureSize(order), prompt: order.prompt, photo, seed, watermark: order.aigc_watermark ?? false };
  const pictures: Buffer[] = [];
  // Sequential: nine images must not hold nine canvases in memory.
  for (let index = 0; index < count; index++) pictures.push(await drawPoster({ ...poster, index }));
  return pictures;
}

async function drawPlain(order: GenerationRequest, count: number): Promise<Buffer[]> {
  const { width, height } = pictureSize(order);
  const create = { width, height, channels: 3, background: '#7a8b99' } as const;
  const picture = await sharp({ create }).jpeg().toBuffer();
  return Array.from({ length: count }, () => picture);
}
