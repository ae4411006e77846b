import type { Size } from '../draw.ts';

const MIN_AREA = 655_360;
const MAX_AREA = 20_000_000;
/** Bound on the long side divided by the short side. */
const MAX_RATIO = 3;
/** Pixels of the side of a square, for each area. */
const AREA_SIDES = { '1K': 1024, '2K': 2048, '4K': 4096 };
/** The model card's sizes, such as 6272x2688 for 21:9, are multiples of 64. */
const STEP = 64;

/** The fields of a request that decide its size; see H3Request. */
interface SizeFields {
  size?: string | undefined;
  aspect_ratio?: string | undefined;
  area?: keyof typeof AREA_SIDES | undefined;
}

/** Reads `WIDTHxHEIGHT`; undefined if it is malformed or out of range. */
export function parseSize(text: string): Size | undefined {
  const [, width, height] = /^([1-9]\d{0,4})x([1-9]\d{0,4})$/.exec(text)?.map(Number) ?? [];
  if (width === undefined || height === undefined) return undefined;
  const area = width * height;
  return area >= MIN_AREA && area <= MAX_AREA && isRatio(width, height) ? { width, height } : undefined;
}

/** Reads `X:Y` as width divided by height; undefined if it is malformed or out of range. */
export function parseAspectRatio(text: string): number | undefined {
  const [, x, y] = /^([1-9]\d{0,2}):([1-9]\d{0,2})$/.exec(text)?.map(Number) ?? [];
  if (x === undefined || y === undefined || x > 300 || y > 300 || !isRatio(x, y)) return undefined;
  return x / y;
}

function isRatio(width: number, height: number): boolean {
  return Math.max(width, height) <= MAX_RATIO * Math.min(width, height);
}

/**
 * Size of the images of a request. The ratio `auto` follows the first reference, within 1:3 to 3:1, and is 1:1 without
 * one.
 */
export function imageSize(request: SizeFields, firstReference: Size | undefined): Size {
  const fixed = parseSize(request.size ?? 'auto');
  if (fixed) return fixed;
  const auto = firstReference ? firstReference.width / firstReference.height : 1;
  const ratio = parseAspectRatio(request.aspect_ratio ?? 'auto') ?? Math.min(MAX_RATIO, Math.max(1 / MAX_RATIO, auto));
  const side = AREA_SIDES[request.area ?? '4K'];
  const round = (pixels: number) => Math.round(pixels / STEP) * STEP;
  return { width: round(side * Math.sqrt(ratio)), height: round(side / Math.sqrt(ratio)) };
}
