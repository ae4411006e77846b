import { promisify } from 'node:util';
import { brotliDecompress, constants, inflateRaw, unzip } from 'node:zlib';
import { BodyTooLargeError } from './read-body.ts';

const brotliBytes = promisify(brotliDecompress);
const unzipBytes = promisify(unzip); // detects gzip and zlib by their first bytes
const inflateRawBytes = promisify(inflateRaw); // some servers send `deflate` without the zlib header

type Decode = (body: Uint8Array, options: { maxOutputLength: number; finishFlush?: number }) => Promise<Uint8Array>;

const DECODERS: Record<string, Decode> = {
  gzip: unzipBytes,
  'x-gzip': unzipBytes,
  deflate: (body, options) => (((body[0] ?? 0) & 0x0f) === 8 ? unzipBytes : inflateRawBytes)(body, options),
  br: (body, { maxOutputLength }) => brotliBytes(body, { maxOutputLength }),
};

/** Value of Accept-Encoding. */
export const ACCEPTED_ENCODINGS = 'gzip, deflate, br';

/**
 * Decodes a body by its Content-Encoding (`encodings`) into UTF-8 text without a byte-order mark. Rejects with
 * BodyTooLargeError if a decoded body exceeds `maxBytes`. A body that is not in the encoding of its header is used
 * unchanged: some relays decode the body and keep the header.
 */
export async function decodeBody(body: Uint8Array, encodings: string | null, maxBytes: number): Promise<string> {
  let bytes = body;
  for (const encoding of (encodings ?? '').toLowerCase().split(',').reverse()) {
    bytes = await decode(bytes, DECODERS[encoding.trim()], maxBytes);
  }
  return new TextDecoder().decode(bytes);
}

async function decode(body: Uint8Array, apply: Decode | undefined, maxBytes: number): Promise<Uint8Array> {
  if (!apply) return body;
  try {
    return await apply(body, { maxOutputLength: maxBytes, finishFlush: constants.Z_SYNC_FLUSH });
  } catch (cause) {
    if (cause instanceof RangeError) throw new BodyTooLargeError(`${maxBytes} bytes`);
    return body;
  }
}
