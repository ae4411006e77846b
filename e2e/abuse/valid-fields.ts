import { REFERENCE_URL_MAX_LENGTH } from '@darkroom/contracts';
import fc from 'fast-check';
import sharp from 'sharp';
import type { KnownData } from './probe.ts';

/** The smallest side that every model takes as a reference. */
const SIDE = 128;

const flat = sharp({ create: { width: SIDE, height: SIDE, channels: 3, background: 'red' } });
export const TINY_JPEG = await flat.clone().jpeg().toBuffer();
export const TINY_PNG = await flat.clone().png().toBuffer();

/** Any character, up to this many code points. */
export function promptUpTo(max: number): fc.Arbitrary<string> {
  return fc.oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 200 }).map((text) => `x${text.replaceAll('\0', '')}`),
    fc
      .constantFrom('灯', '😀', 'é', 'e\u0301', '\u202e', '\ufeff', '\u{10ffff}', '"', '\\', '\u2028', '<', "'; --")
      .map((unit) => `x${unit.repeat(Math.floor((max - 1) / [...unit].length))}`),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 }).map((text) => `  x${text}\n`),
  );
}

/** A reference, or a function that builds one from the known data. */
type ImageFile = (known: KnownData) => string;

export const imageFile: fc.Arbitrary<ImageFile> = fc.oneof(
  fc.webUrl({ withQueryParameters: true, withFragments: true }).map((url) => () => url),
  fc.constant(() => `https://photos.example/${'a'.repeat(REFERENCE_URL_MAX_LENGTH - 23)}`),
  fc.constant(() => `data:image/jpeg;base64,${TINY_JPEG.toString('base64')}`),
  fc.constant(() => `data:image/png;base64,${TINY_PNG.toString('base64')}`),
  fc.nat().map(
    (pick) =>
      ({ uploads }: KnownData) =>
        uploads[pick % uploads.length] ?? 'https://photos.example/a.jpg',
  ),
);

/** Builds a request from the known data. */
export type MakeCreate = (known: KnownData) => Record<string, unknown>;

export const NOTHING_KNOWN: KnownData = { token: '', jobIds: [], uploads: [] };
