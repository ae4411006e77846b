import sharp, { type Metadata } from 'sharp';
import { sniff } from './inspect.ts';
import type { Picture } from './pictures.ts';

/** What the header alone says of a picture. */
export interface PictureHeader {
  type: Picture['contentType'];
  metadata: Metadata;
  pixels: number;
  /** An estimate of the most memory that decoding takes at once, the picture's own bytes not counted. */
  decodeBytes: number;
  /** The part of it that grows with every pixel. */
  bytesPerPixel: number;
}

const MIB = 1_048_576;

/** The shrunk pixels, the encoder's work on them, and the tables of the codecs. */
const FIXED_BYTES = 40 * MIB;

/** Rows that libvips holds while it shrinks a picture that streams. */
const ROWS_HELD = 1_024;

/** Null where the header cannot be read, or the bytes begin as no picture that we handle. Nothing is decoded. */
export async function readHeader(bytes: Uint8Array): Promise<PictureHeader | null> {
  const type = sniff(bytes);
  if (type === null) return null;
  const metadata = await sharp(bytes, { limitInputPixels: false })
    .metadata()
    .catch(() => null);
  if (!metadata) return null;
  const { width, height } = metadata;
  const pixels = width * height;
  const bytesPerPixel = memoryPerPixel(type, metadata, bytes);
  const rows = Math.min(pixels, width * ROWS_HELD) * decodedBytes(metadata);
  // A JPEG shrinks while it is decoded, by up to eight.
  const rowBytes = type === 'image/jpeg' ? rows / 4 : rows;
  return { type, metadata, pixels, bytesPerPixel, decodeBytes: FIXED_BYTES + rowBytes + pixels * bytesPerPixel };
}

/** Pixels of such a picture that fit into so much memory. */
export function pixelsWithin({ bytesPerPixel, pixels, decodeBytes }: PictureHeader, memoryBytes: number): number {
  const others = decodeBytes - pixels * bytesPerPixel;
  return bytesPerPixel === 0 ? Number.POSITIVE_INFINITY : Math.floor((memoryBytes - others) / bytesPerPixel);
}

/** What a codec keeps of the whole picture; 0 where rows stream through. The factors are measured (docs/operating.md). */
function memoryPerPixel(type: Picture['contentType'], metadata: Metadata, bytes: Uint8Array): number {
  switch (type) {
    case 'image/jpeg':
      // With several scans every coefficient is kept, of two bytes each, until the last scan is read.
      return metadata.isProgressive ? 2 * samplesPerPixel(metadata) : 0;
    case 'image/png':
      return metadata.isProgressive ? decodedBytes(metadata) : 0;
    case 'image/webp':
      if ((metadata.pages ?? 1) > 1) return 12; // the canvas, the frame and what is under it
      return bytes.byteLength > 15 && isLossyWebp(bytes) ? 2 : 5;
    case 'image/avif':
      return metadata.depth === 'uchar' ? 19 : 26;
  }
}

function samplesPerPixel({ chromaSubsampling = '', channels }: Metadata): number {
  if (channels === 3 && chromaSubsampling === '4:2:0') return 1.5;
  if (channels === 3 && chromaSubsampling === '4:2:2') return 2;
  return channels;
}

function decodedBytes({ channels, depth }: Metadata): number {
  return channels * (depth === 'uchar' ? 1 : depth === 'ushort' ? 2 : 4);
}

/** The simple lossy format; an alpha plane or lossless pixels are kept whole. */
function isLossyWebp(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset + 12, 4).toString('latin1') === 'VP8 ';
}
