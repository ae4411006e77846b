import sharp from 'sharp';
import { type GenerationRequest, pictureSize, referenceBytes } from './generation-request.ts';

/** Draws `count` pictures of an order as JPEG. */
export type DrawPictures = (order: GenerationRequest, count: number) => Promise<Buffer[] | 'unreadable reference'>;

export function createDrawPictures(_style: 'poster' | 'plain'): DrawPictures {
  return async (order, count) => {
    const { width, height } = pictureSize(order);
    const file = order.subject_reference?.[0]?.image_file;
    const reference = file === undefined ? undefined : referenceBytes(file);
    if (reference) {
      try {
        await sharp(reference).metadata();
      } catch {
        return 'unreadable reference';
      }
    }
    return Promise.all(
      Array.from({ length: count }, (_, index) =>
        sharp({ create: { width, height, channels: 3, background: { r: 40 * index, g: 80, b: 120 } } })
          .jpeg()
          .toBuffer(),
      ),
    );
  };
}
