import type { ImageFault } from './image-fault.ts';
import { createPngBomb } from './png-bomb.ts';
import type { ScriptedImageFault } from './shared-fault.ts';

/** The faults of image links, with the number of requests that still fail. */
export interface ImageFaults {
  add(imageId: string, fault: ScriptedImageFault): void;
  /** The fault of this request of the link, which is counted; undefined if there is none left. */
  take(imageId: string): ImageFault | undefined;
  clear(): void;
}

/** Creates an empty set of faults. */
export function createImageFaults(): ImageFaults {
  const faults = new Map<string, { image: ImageFault; left: number }>();

  return {
    add(imageId, { image, times = Number.POSITIVE_INFINITY }) {
      faults.set(imageId, { image, left: times });
    },
    take(imageId) {
      const fault = faults.get(imageId);
      if (!fault || fault.left === 0) return undefined;
      fault.left -= 1;
      return fault.image;
    },
    clear: () => faults.clear(),
  };
}

/** Applies the faults that change the bytes. Any other fault returns them unchanged. */
export function corruptBytes(jpeg: Buffer, fault: ImageFault | undefined): Buffer {
  switch (fault?.kind) {
    case 'html':
      return Buffer.from('<html><body>Not an image</body></html>');
    case 'one_byte':
      return jpeg.subarray(0, 1);
    case 'corrupt_jpeg':
      return withNoise(jpeg);
    case 'bomb':
      return createPngBomb();
    case 'padded':
      return Buffer.concat([jpeg, Buffer.alloc(Math.max(0, fault.bytes - jpeg.length))]);
    default:
      return jpeg;
  }
}

/** Keeps the first 20 bytes and the end marker, and fills the rest with 0xff markers that a decoder rejects. */
function withNoise(jpeg: Buffer): Buffer {
  const noisy = Buffer.from(jpeg);
  noisy.fill(Buffer.from([0xff, 0xc4, 0x00, 0x03]), 20, noisy.length - 2);
  return noisy;
}
