import type { UploadProblem } from '@darkroom/contracts';
import { MEDIA_TYPES, type MediaType } from '../media-types.ts';
import { type ImageHeader, pixelsWithin } from './image-header.ts';
import { isTruncated, sniff } from './inspect.ts';
import { nameFormat } from './name-format.ts';

/**
 * Most pixels of one upload; the memory bound may be lower. A JPEG is shrunk while it is decoded, and phones produce up
 * to 201 million pixels. A PNG or WebP is decoded in full, so its CPU cost grows with the pixels. Decoding an AVIF
 * cannot be stopped once started: 13 million pixels take 5 s of CPU at worst.
 */
const PIXELS_MAX: Record<MediaType, number> = {
  'image/jpeg': 210_000_000,
  'image/png': 110_000_000,
  'image/webp': 110_000_000,
  'image/avif': 13_000_000,
};

/** Bytes of memory that decoding one upload may take: a progressive JPEG of 108 million pixels. */
export const UPLOAD_DECODE_BYTES_MAX = 384 * 1_048_576;

/**
 * Most pixels times scans of a progressive JPEG: every scan processes all pixels. Cameras and encoders write about ten.
 */
const SCANNED_PIXELS_MAX = 2_500_000_000;

const START_OF_SCAN = Buffer.from([0xff, 0xda]);

/** Why the bytes are not a supported image, when their header could not be read. */
export function explainUnreadable(bytes: Uint8Array): UploadProblem {
  if (bytes.byteLength === 0) return { reason: 'empty_file' };
  const type = sniff(bytes);
  if (type !== null && MEDIA_TYPES[type].isUpload) return explainUndecodable(bytes, null);
  const format = nameFormat(bytes);
  if (format === null) return { reason: 'unknown_format' };
  if (format === 'HEIC') return { reason: 'heic' };
  return { reason: 'unsupported_format', params: { format } };
}

/** Why an image is not accepted as an upload, found without decoding it; null if it may be decoded. */
export function findExcess(header: ImageHeader, bytes: Uint8Array): UploadProblem | null {
  const { type, metadata, pixels } = header;
  const { width, height, isProgressive } = metadata;
  const format = nameFormat(bytes) ?? '';
  if (!MEDIA_TYPES[type].isUpload) return { reason: 'unsupported_format', params: { format } };
  const maxPixels = Math.min(PIXELS_MAX[type], pixelsWithin(header, UPLOAD_DECODE_BYTES_MAX));
  if (pixels > maxPixels) {
    // The bound of the format itself holds for all of its variants.
    const variant = isProgressive && maxPixels < PIXELS_MAX[type] ? { variant: VARIANTS[type] ?? '' } : {};
    return { reason: 'too_many_pixels', params: { format, ...variant, width, height, max_pixels: maxPixels } };
  }
  const isMultiScan = type === 'image/jpeg' && isProgressive;
  if (isMultiScan && pixels * countScans(bytes) > SCANNED_PIXELS_MAX)
    return { reason: 'too_complex', params: { format } };
  return null;
}

/** Variants that keep all pixels in memory until the last one is read. */
const VARIANTS: Record<MediaType, string | null> = {
  'image/jpeg': 'progressive',
  'image/png': 'interlaced',
  'image/webp': null,
  'image/avif': null,
};

/** Why an image with a valid header could not be decoded. */
export function explainUndecodable(bytes: Uint8Array, error: unknown): UploadProblem {
  const params = { format: nameFormat(bytes) ?? '' };
  const message = error instanceof Error ? error.message : '';
  if (/timeout/.test(message)) return { reason: 'too_complex', params };
  const isIncomplete =
    isTruncated(bytes) || endsInsideBox(bytes) || /premature end|end of (?:file|data|stream)/i.test(message);
  return { reason: isIncomplete ? 'truncated' : 'damaged', params };
}

/** Entropy-coded data never contains the marker: there 0xff is followed by 0 (ITU T.81, B.1.1.5). */
function countScans(bytes: Uint8Array): number {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let scans = 0;
  for (let at = file.indexOf(START_OF_SCAN); at >= 0; at = file.indexOf(START_OF_SCAN, at + 2)) scans++;
  return scans;
}

/** Whether an AVIF's last box declares more bytes than are left. Length 0 means to the end, 1 that 64 bits follow. */
function endsInsideBox(bytes: Uint8Array): boolean {
  if (sniff(bytes) !== 'image/avif') return false;
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < file.length; ) {
    if (at + 16 > file.length) return true;
    const length = file.readUInt32BE(at);
    if (length === 0) return false;
    at += length === 1 ? Number(file.readBigUInt64BE(at + 8)) : Math.max(8, length);
    if (at > file.length) return true;
  }
  return false;
}
