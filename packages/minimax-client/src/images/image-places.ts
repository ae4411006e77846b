import type { GeneratedImage } from '../recognize-image.ts';

/** One image of an H3 answer. */
export type ReceivedImage = GeneratedImage & {
  /**
   * Its number among the requested images, 0 to n-1, each used once. It is MiniMax's `image_index`, or the lowest free
   * number where that is missing, taken or out of range.
   */
  index: number;
  /** Pixels, as MiniMax says; null if it does not. The file itself decides. */
  width: number | null;
  height: number | null;
};

/** The requested places of one answer. */
export interface ImagePlaces {
  /**
   * Gives an image the place that it asks for, or the lowest free one. Null for a repetition, and when all places are
   * taken.
   */
  place(image: GeneratedImage, wanted: Place): ReceivedImage | null;
  /** In order of `index`. */
  images(): ReceivedImage[];
  count(): number;
  has(index: number): boolean;
}

interface Place {
  index: number | null;
  width: number | null;
  height: number | null;
}

/** Creates `n` places. An image is never dropped because its index is odd: it has been paid for. */
export function createImagePlaces(n: number): ImagePlaces {
  const placed = new Map<number, ReceivedImage>();

  function indexFor(image: GeneratedImage, wanted: number | null): number | null {
    const isWanted = wanted !== null && wanted >= 0 && wanted < n;
    if (isWanted && !placed.has(wanted)) return wanted;
    const repeated = isWanted ? [placed.get(wanted)] : [...placed.values()];
    if (repeated.some((other) => other && textOf(other) === textOf(image))) return null;
    for (let index = 0; index < n; index++) if (!placed.has(index)) return index;
    return null;
  }

  return {
    place(image, { index: wanted, width, height }) {
      const index = indexFor(image, wanted);
      if (index === null) return null;
      const received = { ...image, index, width, height };
      placed.set(index, received);
      return received;
    },
    images: () => [...placed.values()].sort((one, other) => one.index - other.index),
    count: () => placed.size,
    has: (index) => placed.has(index),
  };
}

function textOf(image: GeneratedImage): string {
  return 'url' in image ? image.url : image.base64;
}
