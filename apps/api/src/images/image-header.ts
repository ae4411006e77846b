import sharp, { type Metadata } from 'sharp';
import type { ProcessedImage } from './image-processor.ts';
import { sniff } from './inspect.ts';

/** What the header alone says of a picture. */
export interface PictureHeader {
  type: ProcessedImage['contentType'];
  metadata: Metadata;
  pixels: number;
  /** An estimate of the most memory that decoding takes at once, the picture's own bytes not counted. */
  decodeBytes: number;
}

const MIB = 1_048_576;

/** The shrunk pixels, the encoder's work on them, and the tables of the codecs. */
const FIXED_BYTES = 40 * MIB;

/** Rows that libvips holds, at most, while it shrinks a picture that streams. */
const ROWS_HELD = 2_048;

/** Null where the header cannot be read, or the bytes begin as no picture that we handle. Nothing is decoded. */
export async function readHeader(bytes: Uint8Array): Promise<PictureHeader | null> {
  const type = sniff(bytes);
  if (type === null) return null;
  const metadata = await sharp(bytes, { limitInputPixels: false })
    .metadata()
    .catch(() => null);
  if (!metadata) return null;
  const pixels = metadata.width * metadata.height;
  const decodeBytes = FIXED_BYTES + rowBytes(type, metadata, pixels) + pixels * memoryPerPixel(type, metadata, bytes);
  return { type, metadata, pixels, decodeBytes };
}

/** How many pixels such a picture may have to be decoded within so much memory. */
export function pixelsWithin({ pixels, decodeBytes }: PictureHeader, memoryBytes: number): number {
  return Math.floor((pixels * (memoryBytes - FIXED_BYTES)) / (decodeBytes - FIXED_BYTES));
}

/** The rows of a picture that streams. A JPEG shrinks by up to eight before. */
function rowBytes(type: ProcessedImage['contentType'], metadata: Metadata, pixels: number): number {
  if (type !== 'image/jpeg' && type !== 'image/png') return 0;
  const bytes = Math.min(pixels, metadata.width * ROWS_HELD) * decodedBytes(metadata);
  return type === 'image/jpeg' ? bytes / 4 : bytes;
}

/** What a codec keeps of the whole picture; 0 where rows stream through. The factors are measured (docs/operating.md). */
function memoryPerPixel(type: ProcessedImage['contentType'], metadata: Metadata, bytes: Uint8Array): number {
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
