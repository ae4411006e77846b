import type { ReceivedImage } from './image-places.ts';

/** Hands images to the consumer, one after the other. */
export interface Delivery {
  /** Resolves when the consumer has taken all of them. Rejects only with what `images` throws. */
  deliver(images: Iterable<ReceivedImage>): Promise<void>;
  /** Throws what the consumer rejected with, if it did. */
  throwFault(): void;
}

/**
 * After the consumer rejects, no further image is given to it. The answer is still read to its end, so that a recorder
 * has all of it.
 */
export function createDelivery(consume: ((image: ReceivedImage) => void | Promise<void>) | undefined): Delivery {
  let fault: { reason: unknown } | null = null;
  return {
    async deliver(images) {
      for (const image of images) {
        try {
          if (!fault) await consume?.(image);
        } catch (reason) {
          fault = { reason };
        }
      }
    },
    throwFault() {
      if (fault) throw fault.reason;
    },
  };
}
