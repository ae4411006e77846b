import { createHash } from 'node:crypto';
import sharp from 'sharp';
import * as z from 'zod';
import type { Size } from '../draw.ts';
import { readHeifSize } from './heif-size.ts';

/** A reference as the provider received it. Its bytes are not kept. */
export const H3Reference = z.discriminatedUnion('kind', [
  /** Never fetched. */
  z.object({ kind: z.literal('url'), url: z.string() }),
  z.object({
    kind: z.literal('data'),
    /** By the bytes, whatever the data URL says. */
    format: z.enum(['jpeg', 'png', 'webp', 'heif']),
    width: z.int(),
    height: z.int(),
    bytes: z.int(),
    /** Of the decoded bytes, in hex. */
    sha256: z.string(),
  }),
]);
export type H3Reference = z.output<typeof H3Reference>;

const MIN_SIDE = 128;
const MAX_SIDE = 8192;
/** Bound on the long side divided by the short side. */
const MAX_RATIO = 4;

/** The bytes of a data URL; undefined for any other URL. */
export function decodeDataUrl(reference: string): Buffer | undefined {
  const comma = reference.indexOf(',');
  return /^data:/i.test(reference) ? Buffer.from(reference.slice(comma + 1), 'base64') : undefined;
}

/** Describes a reference, or says why it is refused: format, side or ratio. */
export async function inspectReference(reference: string): Promise<H3Reference | { message: string }> {
  const bytes = decodeDataUrl(reference);
  if (!bytes) return { kind: 'url', url: reference };
  const header = await readHeader(bytes);
  if (!header) return { message: 'must be a JPEG, PNG, WEBP, HEIC or HEIF image' };
  const { width, height } = header;
  const [short, long] = [Math.min(width, height), Math.max(width, height)];
  if (short < MIN_SIDE || long > MAX_SIDE) return { message: `each side must have ${MIN_SIDE} to ${MAX_SIDE} pixels` };
  if (long > MAX_RATIO * short) return { message: `the long side must be at most ${MAX_RATIO} times the short side` };
  return { kind: 'data', ...header, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

async function readHeader(bytes: Buffer): Promise<(Size & { format: 'jpeg' | 'png' | 'webp' | 'heif' }) | undefined> {
  // sharp is built without a HEVC decoder, so it cannot open these.
  const heif = readHeifSize(bytes);
  if (heif) return { format: 'heif', ...heif };
  const metadata = await sharp(bytes, { limitInputPixels: false })
    .metadata()
    .catch(() => undefined);
  if (!metadata) return undefined;
  const { format, width, height } = metadata;
  return format === 'jpeg' || format === 'png' || format === 'webp' ? { format, width, height } : undefined;
}
