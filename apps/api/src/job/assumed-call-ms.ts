import { type Area, areaOf, type Model, type RequestSize } from '@darkroom/contracts';

interface AssumedDuration {
  /** Milliseconds until one image is there, by size class; a number alone for a model without size classes. */
  oneImage: number | Record<Area, number>;
  /** How much each further image of the same call adds, as a share of the first. */
  furtherShare: number;
}

/**
 * How long a call is assumed to take before any was measured. O: MiniMax's own figure; G: a guess that the first calls
 * correct. image-01: 24 s (O), for any number of images (G). H3: 4K in 10 s (O, its launch post), less for fewer pixels
 * (G); Highspeed is faster (O) by an unknown amount, here 40 % (G); images are streamed, so further ones take time (G).
 */
const ASSUMED: Record<Model, AssumedDuration> = {
  'image-01': { oneImage: 24_000, furtherShare: 0 },
  'image-01-live': { oneImage: 24_000, furtherShare: 0 },
  'MiniMax-H3-Image': { oneImage: { '1K': 5_000, '2K': 7_000, '4K': 10_000 }, furtherShare: 0.5 },
  'MiniMax-H3-Image-Highspeed': { oneImage: { '1K': 3_000, '2K': 4_200, '4K': 6_000 }, furtherShare: 0.5 },
};

/** Assumed duration of a call for this request in milliseconds. */
export function assumedCallMs(request: RequestSize): number {
  const { oneImage, furtherShare } = ASSUMED[request.model];
  const area = areaOf(request);
  const firstMs = typeof oneImage === 'number' ? oneImage : oneImage[area ?? '2K'];
  return firstMs * (1 + furtherShare * (request.n - 1));
}
