import { constants, deflateRawSync } from 'node:zlib';

const BLOCK_BYTES = 1_000_000;
/** RFC 1950: deflate with a window of 32 KB, at the fastest level. */
const HEADER = Buffer.from([0x78, 0x01]);
const ADLER_MODULUS = 65_521;

/**
 * Returns a zlib stream of this many zeros. Compressing hundreds of megabytes takes seconds; a block after a full flush
 * refers to nothing before it, so that one compressed block can be repeated.
 */
export function deflateZeros(bytes: number): Buffer {
  const block = deflateRawSync(Buffer.alloc(BLOCK_BYTES), { level: 1, finishFlush: constants.Z_FULL_FLUSH });
  const blocks = Array<Buffer>(Math.floor(bytes / BLOCK_BYTES)).fill(block);
  const rest = deflateRawSync(Buffer.alloc(bytes % BLOCK_BYTES), { level: 1 });
  const adler32 = Buffer.alloc(4);
  // The high half sums the low half, which stays 1, over all bytes.
  adler32.writeUInt16BE(bytes % ADLER_MODULUS, 0);
  adler32.writeUInt16BE(1, 2);
  return Buffer.concat([HEADER, ...blocks, rest, adler32]);
}
