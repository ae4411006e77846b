import type { Picture } from './pictures.ts';

type ContentType = Picture['contentType'];

/** What the first bytes say a file is; null when it begins as no picture that we handle. */
export function sniff(bytes: Uint8Array): ContentType | null {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 64));
  if (head.subarray(0, 3).toString('hex') === 'ffd8ff') return 'image/jpeg';
  if (head.subarray(0, 8).toString('hex') === '89504e470d0a1a0a') return 'image/png';
  if (ascii(head, 0) === 'RIFF' && ascii(head, 8) === 'WEBP') return 'image/webp';
  if (ascii(head, 4) === 'ftyp' && brands(head).some((brand) => brand === 'avif' || brand === 'avis')) {
    return 'image/avif';
  }
  return null;
}

function ascii(head: Buffer, offset: number): string {
  return head.toString('latin1', offset, offset + 4);
}

/** The brands of an ISO media file: the major one at 8, the compatible ones from 16 to the end of the box. */
function brands(head: Buffer): string[] {
  const end = Math.min(head.readUInt32BE(0), head.length);
  const found = [ascii(head, 8)];
  for (let offset = 16; offset + 4 <= end; offset += 4) found.push(ascii(head, offset));
  return found;
}
