import { crc32 } from 'node:zlib';
import { deflateZeros } from './deflate-zeros.ts';

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');

/** https://www.w3.org/TR/png-3/#11IHDR */
const COLOUR_TYPES = { grey: 0, rgba: 6 } as const;
const CHANNELS = { grey: 1, rgba: 4 } as const;

interface FlatPng {
  width: number;
  height: number;
  bitDepth: 1 | 8 | 16;
  colour: keyof typeof COLOUR_TYPES;
  /** Chunks after the header. */
  extra?: Buffer[];
}

/** A complete PNG of one colour: a small file, however many pixels it has. */
export function flatPng({ width, height, bitDepth, colour, extra = [] }: FlatPng): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([bitDepth, COLOUR_TYPES[colour]], 8);
  const rowBytes = 1 + Math.ceil((width * bitDepth * CHANNELS[colour]) / 8);
  const rows = deflateZeros(rowBytes * height);
  return Buffer.concat([
    SIGNATURE,
    pngChunk('IHDR', header),
    ...extra,
    pngChunk('IDAT', rows),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

function pngChunk(type: string, data: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  checksum.writeUInt32BE(crc32(typed));
  return Buffer.concat([length, typed, checksum]);
}

/** A chunk that inflates to this many zeros: `iCCP` and `zTXt` have the same head. */
export function inflatingChunk(type: 'iCCP' | 'zTXt', bytes: number): Buffer {
  return pngChunk(type, Buffer.concat([Buffer.from('name\0\0'), deflateZeros(bytes)]));
}

/** The same image as an animation that shows it twice. https://www.w3.org/TR/png-3/#apng-frame-based-animation */
export function animatedPng(png: Buffer): Buffer {
  const [header, data] = [png.subarray(8, 33), chunkData(png, 'IDAT')];
  const frame = (sequence: number) => {
    const control = Buffer.alloc(26);
    control.writeUInt32BE(sequence, 0);
    header.copy(control, 4, 8, 16); // its width and height
    return pngChunk('fcTL', control);
  };
  const count = Buffer.from([0, 0, 0, 2, 0, 0, 0, 0]);
  return Buffer.concat([
    SIGNATURE,
    header,
    pngChunk('acTL', count),
    frame(0),
    pngChunk('IDAT', data),
    frame(1),
    pngChunk('fdAT', Buffer.concat([Buffer.from([0, 0, 0, 2]), data])),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

/** The joined data of all chunks of this type. */
function chunkData(png: Buffer, type: string): Buffer {
  const found: Buffer[] = [];
  for (let at = SIGNATURE.length; at < png.length; ) {
    const length = png.readUInt32BE(at);
    if (png.toString('latin1', at + 4, at + 8) === type) found.push(png.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  return Buffer.concat(found);
}
