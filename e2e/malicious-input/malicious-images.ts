import { readPhoto } from '@darkroom/test-kit/photos/read-photo';
import sharp from 'sharp';
import { withComment, withNoiseProfile, withScans } from './jpeg.ts';
import { animatedPng, flatPng, inflatingChunk } from './png.ts';
import { repeatDown } from './tall-jpeg.ts';

/** The result of an upload of this image; a data URL has the same result. */
export type UploadEnd = { width: number; height: number } | 'unsupported_image';

/** The result when the provider delivers it. `it came`: byte for byte unchanged. */
export type ResultEnd =
  | 'no image'
  | { as: 'it came' | 'new'; type: string; width: number | null; height: number | null };

export interface MaliciousImage {
  name: string;
  build(): Buffer | Promise<Buffer>;
  upload: UploadEnd;
  result: ResultEnd;
}

const rocket = await readPhoto('rocket.jpg');
const SIZE = { width: 640, height: 427 };
const TURNED = { width: 427, height: 640 };
const UNREADABLE = { width: null, height: null };

const photo = () => sharp(rocket);
const fine = () => photo().jpeg({ quality: 95 });
const flat = (width: number, height: number) => sharp({ create: { width, height, channels: 3, background: 'teal' } });
const png = () => photo().png().toBuffer();
const webp = () => photo().webp({ lossless: true, effort: 0 }).toBuffer();

const REFUSED = 'unsupported_image';
const NOTHING = 'no image';
type Size = { width: number | null; height: number | null };
const renewed = (size: Size = SIZE): ResultEnd => ({ as: 'new', type: 'image/jpeg', ...size });
const asItCame = (type: string, size: Size): ResultEnd => ({ as: 'it came', type, ...size });

const SCRIPT = '<script>document.title="owned"</script>';
const PNG_SIGNATURE = '\x89PNG\r\n\x1a\n';
const SVG = `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" onload="alert(1)">${SCRIPT}</svg>`;
const HEIC = '\0\0\0\x18ftypheic\0\0\0\0mif1heic';
const latin1 = (text: string) => () => Buffer.from(text, 'latin1');

/** The maximum number of pixels, at the maximum bytes per pixel. */
export const LARGEST_IMAGE = 'a PNG of 49 million pixels at sixteen bits';

/** Small files with many pixels, or which expand when they are read. */
const BOMBS: MaliciousImage[] = [
  {
    name: 'a whole PNG of 30000 x 30000 of one colour',
    build: () => flatPng({ width: 30_000, height: 30_000, bitDepth: 1, colour: 'grey' }),
    upload: REFUSED,
    result: asItCame('image/png', { width: 30_000, height: 30_000 }),
  },
  {
    name: 'a PNG of 49 million pixels',
    build: () => flatPng({ width: 7_000, height: 7_000, bitDepth: 8, colour: 'rgba' }),
    upload: { width: 2_048, height: 2_048 },
    result: renewed({ width: 2_048, height: 2_048 }),
  },
  {
    name: LARGEST_IMAGE,
    build: () => flatPng({ width: 7_000, height: 7_000, bitDepth: 16, colour: 'rgba' }),
    upload: { width: 2_048, height: 2_048 },
    result: renewed({ width: 2_048, height: 2_048 }),
  },
  {
    name: 'a JPEG of 100 million pixels',
    build: async () => repeatDown(await flat(10_000, 16).jpeg().toBuffer(), 10_000),
    upload: { width: 2_048, height: 2_048 },
    result: asItCame('image/jpeg', { width: 10_000, height: 10_000 }),
  },
  {
    name: 'a WebP that says 16384 x 16384',
    build: async () => {
      const lossless = await photo().resize(16).webp({ lossless: true }).toBuffer();
      const at = lossless.indexOf('VP8L') + 9; // 14 bits each for width and height, minus one
      lossless.writeUInt32LE((lossless.readUInt32LE(at) | 0x0fff_ffff) >>> 0, at);
      return lossless;
    },
    upload: REFUSED,
    result: asItCame('image/webp', UNREADABLE),
  },
  {
    name: 'a GIF that says 65535 x 65535',
    build: latin1('GIF89a\xff\xff\xff\xff\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\xff\xff\xff\xff\0\x02\x02D\x01\0;'),
    upload: REFUSED,
    result: NOTHING,
  },
  {
    name: 'a PNG whose text inflates to 200 MB',
    build: () =>
      flatPng({ width: 64, height: 64, bitDepth: 8, colour: 'grey', extra: [inflatingChunk('zTXt', 200_000_000)] }),
    upload: { width: 64, height: 64 },
    result: renewed({ width: 64, height: 64 }),
  },
  {
    name: 'a PNG whose colour profile inflates to 200 MB',
    build: () =>
      flatPng({ width: 64, height: 64, bitDepth: 8, colour: 'grey', extra: [inflatingChunk('iCCP', 200_000_000)] }),
    upload: { width: 64, height: 64 },
    result: renewed({ width: 64, height: 64 }),
  },
  {
    name: 'a JPEG of 2000 scans',
    build: async () => withScans(await flat(4_000, 4_000).jpeg({ progressive: true }).toBuffer(), 2_000),
    upload: REFUSED,
    result: asItCame('image/jpeg', { width: 4_000, height: 4_000 }),
  },
];

const cut = (name: string, length: number, whole: () => Promise<Buffer>, result: ResultEnd): MaliciousImage => ({
  name: `${name} cut to ${length > 1 ? `${length} bytes` : `${length * 100} %`}`,
  build: async () => {
    const bytes = await whole();
    return bytes.subarray(0, length > 1 ? length : Math.floor(bytes.length * length));
  },
  upload: REFUSED,
  result,
});

const TRUNCATED: MaliciousImage[] = [
  { name: 'nothing', build: latin1(''), upload: REFUSED, result: NOTHING },
  { name: 'one byte', build: latin1('\xff'), upload: REFUSED, result: NOTHING },
  cut('a JPEG', 3, () => fine().toBuffer(), asItCame('image/jpeg', UNREADABLE)),
  cut('a JPEG', 200, () => fine().toBuffer(), asItCame('image/jpeg', UNREADABLE)),
  cut('a JPEG', 0.5, () => fine().toBuffer(), asItCame('image/jpeg', SIZE)),
  cut('a JPEG', 0.99, () => fine().toBuffer(), asItCame('image/jpeg', SIZE)),
  cut('a progressive JPEG', 0.5, () => fine().jpeg({ progressive: true }).toBuffer(), asItCame('image/jpeg', SIZE)),
  cut('a PNG', 8, png, asItCame('image/png', UNREADABLE)),
  cut('a PNG', 33, png, asItCame('image/png', UNREADABLE)),
  cut('a PNG', 0.5, png, asItCame('image/png', SIZE)),
  cut('a PNG', 0.99, png, asItCame('image/png', SIZE)),
  cut('a WebP', 12, webp, asItCame('image/webp', UNREADABLE)),
  cut('a WebP', 0.5, webp, asItCame('image/webp', UNREADABLE)),
];

/** Files of two formats at once. A re-encoded image contains nothing of the other format. */
const POLYGLOTS: MaliciousImage[] = [
  {
    name: 'a JPEG with a page behind it',
    build: async () => Buffer.concat([await fine().toBuffer(), Buffer.from(`<!doctype html>${SCRIPT}`)]),
    upload: SIZE,
    result: renewed(),
  },
  {
    name: 'a JPEG with a script for a comment',
    build: async () => withComment(await fine().toBuffer(), `*/=1;alert(1);/*${SCRIPT}`),
    upload: SIZE,
    result: renewed(),
  },
  {
    name: 'a JPEG with a script in its EXIF',
    build: () =>
      fine()
        .withExif({ IFD0: { ImageDescription: SCRIPT, Copyright: SCRIPT } })
        .toBuffer(),
    upload: SIZE,
    result: renewed(),
  },
  {
    name: 'a PNG with an archive behind it',
    build: async () => Buffer.concat([await png(), Buffer.from(`PK\x03\x04${SCRIPT}`, 'latin1')]),
    upload: SIZE,
    result: renewed(),
  },
  {
    name: 'a small JPEG with a page behind it',
    build: async () =>
      Buffer.concat([await photo().resize(8).jpeg({ quality: 1 }).toBuffer(), Buffer.from(`<html>${SCRIPT}`)]),
    upload: { width: 8, height: 5 },
    result: asItCame('image/jpeg', { width: 8, height: 5 }),
  },
  {
    name: 'the beginning of a JPEG and then a page',
    build: latin1(`\xff\xd8\xff\xe0<html>${SCRIPT}`),
    upload: REFUSED,
    result: asItCame('image/jpeg', UNREADABLE),
  },
];

const disguised = (kind: string, content: string): MaliciousImage => ({
  name: `${kind} behind the signature of a PNG`,
  build: latin1(PNG_SIGNATURE + content),
  upload: REFUSED,
  result: asItCame('image/png', UNREADABLE),
});

const other = (kind: string, build: MaliciousImage['build']): MaliciousImage => ({
  name: kind,
  build,
  upload: REFUSED,
  result: NOTHING,
});

/** None of these may reach its format's loader. */
const OTHER_KINDS: MaliciousImage[] = [
  disguised('an SVG', SVG),
  disguised('a PDF', '%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj'),
  disguised('a TIFF', 'II*\0\x08\0\0\0'),
  disguised('a HEIC', HEIC),
  other('an SVG', latin1(SVG)),
  other('an SVG behind a byte order mark', latin1(`\xef\xbb\xbf<?xml version="1.0"?>${SVG}`)),
  other('a PDF', latin1('%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj')),
  other('a TIFF', () => photo().tiff().toBuffer()),
  other('a GIF', () => photo().gif({ effort: 1 }).toBuffer()),
  other('a HEIC', latin1(HEIC)),
  other('a HEIC that says it is AVIF too', latin1('\0\0\0\x1cftypheic\0\0\0\0mif1avif')),
  other('a page', latin1(`<!doctype html>${SCRIPT}`)),
];

/** Valid images that a careless decoder shows wrongly. */
const ODD: MaliciousImage[] = [
  ...[1, 2, 3, 4, 5, 6, 7, 8].map((orientation) => ({
    name: `a JPEG of EXIF orientation ${orientation}`,
    build: () => fine().withMetadata({ orientation }).toBuffer(),
    upload: orientation >= 5 ? TURNED : SIZE,
    result: renewed(orientation >= 5 ? TURNED : SIZE),
  })),
  {
    name: 'a JPEG in CMYK',
    build: () => fine().toColourspace('cmyk').withIccProfile('cmyk').toBuffer(),
    upload: SIZE,
    result: renewed(),
  },
  { name: 'a grey JPEG', build: () => fine().grayscale().toBuffer(), upload: SIZE, result: renewed() },
  {
    name: 'a progressive JPEG',
    build: () => photo().jpeg({ quality: 95, progressive: true }).toBuffer(),
    upload: SIZE,
    result: renewed(),
  },
  {
    name: 'a JPEG with 6 MB of colour profile',
    build: async () => withNoiseProfile(await fine().toBuffer(), 100),
    upload: SIZE,
    result: renewed(),
  },
  {
    name: 'a PNG of sixteen bits',
    build: () => photo().toColourspace('rgb16').png().toBuffer(),
    upload: SIZE,
    result: renewed(),
  },
  { name: 'a grey PNG', build: () => photo().grayscale().png().toBuffer(), upload: SIZE, result: renewed() },
  {
    name: 'a PNG with a palette',
    build: () => photo().png({ palette: true, effort: 1 }).toBuffer(),
    upload: SIZE,
    result: renewed(),
  },
  { name: 'an animated PNG', build: async () => animatedPng(await png()), upload: SIZE, result: renewed() },
  {
    name: 'a WebP of 200 frames',
    build: async () => {
      const frame = await photo().resize(64).png().toBuffer();
      const moved = await Promise.all(
        Array.from({ length: 200 }, (_, index) => sharp(frame).modulate({ hue: index }).png().toBuffer()),
      );
      return sharp(moved, { join: { animated: true } })
        .webp({ lossless: true, effort: 0 })
        .toBuffer();
    },
    upload: { width: 64, height: 42 },
    result: renewed({ width: 64, height: 42 }),
  },
  { name: 'an AVIF', build: () => photo().avif({ effort: 0 }).toBuffer(), upload: SIZE, result: NOTHING },
];

export const MALICIOUS_IMAGES = [...BOMBS, ...TRUNCATED, ...POLYGLOTS, ...OTHER_KINDS, ...ODD];
