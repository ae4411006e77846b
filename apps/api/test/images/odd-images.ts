import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';

/** The same pixels with an EXIF orientation, as written by a phone held at another angle. */
export function withOrientation(photo: Uint8Array, orientation: number): Promise<Buffer> {
  return sharp(photo).withMetadata({ orientation }).jpeg({ quality: 95 }).toBuffer();
}

/** A black PNG. Above 100 MB of pixels its data ends early. */
export function oversizedPng(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0], 8); // eight bits, greyscale
  const rows = Buffer.alloc(Math.min((width + 1) * height, 100_000_000));
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(rows)),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

/** The PNG with a tEXt chunk after its header. https://www.w3.org/TR/png-3/#11tEXt */
export function withPngText(png: Buffer, keyword: string, text: string): Buffer {
  const headerEnd = 33;
  const chunk = pngChunk('tEXt', Buffer.from(`${keyword}\0${text}`, 'latin1'));
  return Buffer.concat([png.subarray(0, headerEnd), chunk, png.subarray(headerEnd)]);
}

function pngChunk(type: string, data: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  checksum.writeUInt32BE(crc32(typed));
  return Buffer.concat([length, typed, checksum]);
}
