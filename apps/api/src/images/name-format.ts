import { MEDIA_TYPES } from '../media-types.ts';
import { sniff } from './inspect.ts';

/** First bytes, in hex, of common formats that are not accepted; `.` is any digit. */
const SIGNATURES: readonly (readonly [name: string, first: RegExp])[] = [
  ['GIF', /^4749463[89]/],
  ['BMP', /^424d.{8}00000000/],
  ['RAW', /^(?:49492a00.{8}4352|4949524f|49495253|49495500|46554a4946494c4d4343442d524157)/], // CR2, ORF, RW2, RAF
  ['TIFF / RAW', /^(?:4949[2-3].00|4d4d002[ab])/], // DNG, NEF and ARW begin like TIFF
  ['PDF', /^255044462d/],
  ['Photoshop PSD', /^38425053/],
  ['JPEG XL', /^(?:ff0a|0000000c4a584c20)/],
  ['JPEG 2000', /^(?:0000000c6a502020|ff4fff51)/],
  ['ICO', /^00000[12]00..00/],
  ['ZIP', /^504b0304/],
  ['WebM / MKV', /^1a45dfa3/],
  ['AVI', /^52494646.{8}41564920/],
];

/** Text formats. */
const TEXTS: readonly (readonly [name: string, first: RegExp])[] = [
  ['SVG', /^\s*(?:<\?xml[^>]*>\s*)?(?:<!--[^>]*-->\s*)?(?:<!doctype svg[^>]*>\s*)?<svg[\s/>]/i],
  ['HTML', /^\s*<(?:!doctype html|html|head|body)[\s>]/i],
  ['TXT', /^[\s!-~\u0080-\u00ff]+$/],
];

/** ISO media files, by the brands that their first box lists. ISO/IEC 14496-12, 4.3 */
const BRANDS: readonly (readonly [name: string, brands: RegExp])[] = [
  ['HEIC', /he[iv][cmsx]|m[is]f[12]/],
  ['RAW', /crx /], // CR3
  ['MP4 / MOV', /^/],
];

/** Name of a file's format, accepted or not; null if the first bytes are not known. */
export function nameFormat(bytes: Uint8Array): string | null {
  const type = sniff(bytes);
  if (type !== null) return MEDIA_TYPES[type].name;
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 512));
  if (head.toString('latin1', 4, 8) === 'ftyp') return findName(BRANDS, head.toString('latin1', 8, 64));
  const text = head.toString('latin1').replace(/^\u00ef\u00bb\u00bf/, ''); // a byte order mark
  return findName(SIGNATURES, head.toString('hex')) ?? (text === '' ? null : findName(TEXTS, text));
}

function findName(table: readonly (readonly [name: string, pattern: RegExp])[], text: string): string | null {
  return table.find(([, pattern]) => pattern.test(text))?.[0] ?? null;
}
