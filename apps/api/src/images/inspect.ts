import type { ProcessedImage } from './image-processor.ts';

type ContentType = ProcessedImage['contentType'];

/** The type that the first bytes tell; null when they do not begin as a supported image. */
export function sniff(bytes: Uint8Array): ContentType | null {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 40));
  if (head.subarray(0, 3).toString('hex') === 'ffd8ff') return 'image/jpeg';
  if (head.subarray(0, 8).toString('hex') === '89504e470d0a1a0a') return 'image/png';
  if (ascii(head, 0) === 'RIFF' && ascii(head, 8) === 'WEBP') return 'image/webp';
  // An ISO media file lists its brands from byte 8 on; HEIC and video have others.
  if (ascii(head, 4) === 'ftyp' && /avi[fs]/.test(head.toString('latin1', 8))) return 'image/avif';
  return null;
}

/** Whether a file begins as a JPEG, PNG or WebP, but does not end as one. */
export function isTruncated(bytes: Uint8Array): boolean {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const type = sniff(bytes);
  if (type === 'image/jpeg') return file.subarray(-2).toString('hex') !== 'ffd9';
  if (type === 'image/png') return ascii(file, file.length - 8) !== 'IEND'; // its checksum follows
  // RIFF's length counts what follows the first eight bytes.
  return type === 'image/webp' && file.length < 8 + file.readUInt32LE(4);
}

function ascii(head: Buffer, offset: number): string {
  return head.toString('latin1', offset, offset + 4);
}
