import * as z from 'zod';
import { isAccepted, type SharedFault } from '../shared-fault.ts';

/**
 * How relays return the images that MiniMax has in `data.image_urls` or `data.image_base64`: in the other list, as data
 * URLs, in OpenAI's format, or in both lists.
 */
export const Shape = z.enum(['swapped_lists', 'data_urls', 'openai', 'both_lists']);
export type Shape = z.output<typeof Shape>;

/** Faults that only calls of image-01 can have. */
export const IMAGE_01_FAULTS = [
  /** A success in the format of a relay. */
  z.strictObject({ kind: z.literal('reshaped'), shape: Shape }),
  /** A response without base_resp, with or without images. */
  z.strictObject({ kind: z.literal('no_base_resp'), images: z.boolean() }),
] as const;
export type Image01Fault = SharedFault | z.output<(typeof IMAGE_01_FAULTS)[number]>;

/** Whether the provider accepts a call that ends in this fault, and so bills it. */
export function isImage01Accepted(fault: Image01Fault): boolean {
  return fault.kind === 'reshaped' || fault.kind === 'no_base_resp' || isAccepted(fault);
}

/** Number of images in the response to a request for `requested` images; 0 if the fault leaves no room for images. */
export function deliveredImages(fault: Image01Fault | undefined, requested: number): number {
  switch (fault?.kind) {
    case 'base_resp':
    case 'http':
      return 0;
    case 'fewer_images':
      return Math.min(fault.delivered, requested);
    case 'endless':
    case 'gzip_bomb':
      return 0;
    case 'hang':
    case 'reset':
    case 'close':
      return fault.at === 'body' ? requested : 0;
    default:
      return requested;
  }
}
