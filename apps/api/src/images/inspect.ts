import { MEDIA_TYPE_LIST, MEDIA_TYPES, type MediaType } from '../media-types.ts';

/** Bytes read to recognize a format. They bound how many brands of an ISO media file are looked at. */
const HEAD_BYTES = 40;

/** The type that the first bytes tell; null when they do not begin as a supported image. */
export function sniff(bytes: Uint8Array): MediaType | null {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, HEAD_BYTES)).toString('hex');
  return MEDIA_TYPE_LIST.find((type) => MEDIA_TYPES[type].firstBytes.test(head)) ?? null;
}

/** Whether a file begins as a JPEG, PNG or WebP, but does not end as one. */
export function isTruncated(bytes: Uint8Array): boolean {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const type = sniff(bytes);
  switch (type) {
    case 'image/jpeg':
      return file.subarray(-2).toString('hex') !== 'ffd9';
    case 'image/png':
      return file.toString('latin1', file.length - 8, file.length - 4) !== 'IEND'; // its checksum follows
    case 'image/webp':
      return file.length < 8 + file.readUInt32LE(4); // RIFF's length counts what follows the first eight bytes
    case 'image/avif':
    case null:
      return false;
  }
}
