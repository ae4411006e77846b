import sharp, { type Metadata } from 'sharp';
import type { MediaType } from '../media-types.ts';
import { sniff } from './inspect.ts';

/** What the header of an image contains. */
export interface ImageHeader {
  type: MediaType;
  metadata: Metadata;
  pixels: number;
  /** Estimated peak memory of decoding, in bytes, without the encoded bytes. */
  decodeBytes: number;
}

const MIB = 1_048_576;

/** Memory of the shrunk pixels, the encoder's work on them, and the codecs' tables. */
const FIXED_BYTES = 40 * MIB;

/** Most rows that libvips holds while it shrinks a streamed image. */
const ROWS_HELD = 2_048;

/** Null when the header cannot be read, or the bytes do not begin as a supported image. Nothing is decoded. */
export async function readHeader(bytes: Uint8Array): Promise<ImageHeader | null> {
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

/** How many pixels such an image may have to be decoded within this much memory. */
export function pixelsWithin({ pixels, decodeBytes }: ImageHeader, memoryBytes: number): number {
  return Math.floor((pixels * (memoryBytes - FIXED_BYTES)) / (decodeBytes - FIXED_BYTES));
}

/** Bytes of the rows held of a streamed image. A JPEG is shrunk by up to eight before that. */
function rowBytes(type: MediaType, metadata: Metadata, pixels: number): number {
  const bytes = Math.min(pixels, metadata.width * ROWS_HELD) * decodedBytes(metadata);
  switch (type) {
    case 'image/jpeg':
      return bytes / 4;
    case 'image/png':
      return bytes;
    case 'image/webp':
    case 'image/avif':
      return 0;
  }
}

/** Bytes per pixel that a codec holds of the whole image; 0 if rows are streamed. Measured (docs/operating.md). */
function memoryPerPixel(type: MediaType, metadata: Metadata, bytes: Uint8Array): number {
  switch (type) {
    case 'image/jpeg':
      // With several scans every coefficient, of two bytes each, is held until the last scan is read.
      return metadata.isProgressive ? 2 * samplesPerPixel(metadata) : 0;
    case 'image/png':
      return metadata.isProgressive ? decodedBytes(metadata) : 0;
    case 'image/webp':
      if ((metadata.pages ?? 1) > 1) return 12; // the canvas, the frame, and what is under it
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

/** The simple lossy format. Images with an alpha plane or lossless pixels are held in full. */
function isLossyWebp(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset + 12, 4).toString('latin1') === 'VP8 ';
}
