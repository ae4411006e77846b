import type { Size } from '../draw.ts';

/** Brands of HEIC and HEIF files (ISO/IEC 23008-12). AVIF has others. */
const BRANDS = new Set(['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'mif1', 'msf1']);
/** Properties are near the start of the file. */
const SEARCHED_BYTES = 64 * 1024;

/** Pixels of a HEIC or HEIF image: its largest `ispe` box, as tiles and thumbnails have their own. Undefined for others. */
export function readHeifSize(bytes: Buffer): Size | undefined {
  if (bytes.length < 16 || bytes.toString('latin1', 4, 8) !== 'ftyp') return undefined;
  const brands = bytes.toString('latin1', 8, Math.min(bytes.readUInt32BE(0), 256));
  if (!BRANDS.has(brands.slice(0, 4)) || brands.includes('avif')) return undefined;
  const head = bytes.subarray(0, SEARCHED_BYTES);
  let largest: Size | undefined;
  for (let at = head.indexOf('ispe'); at !== -1 && at + 16 <= head.length; at = head.indexOf('ispe', at + 4)) {
    const size = { width: head.readUInt32BE(at + 8), height: head.readUInt32BE(at + 12) };
    if (!largest || size.width * size.height > largest.width * largest.height) largest = size;
  }
  return largest;
}
