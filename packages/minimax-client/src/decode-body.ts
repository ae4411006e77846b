import { promisify } from 'node:util';
import { brotliDecompress, constants, inflateRaw, unzip } from 'node:zlib';
import { BodyTooLargeError } from './read-body.ts';

const brotliBytes = promisify(brotliDecompress);
const unzipBytes = promisify(unzip); // knows gzip and zlib by their first bytes
const inflateRawBytes = promisify(inflateRaw); // what some servers take `deflate` to mean

type Decode = (body: Uint8Array, options: { maxOutputLength: number; finishFlush?: number }) => Promise<Uint8Array>;

const DECODERS: Record<string, Decode> = {
  gzip: unzipBytes,
  'x-gzip': unzipBytes,
  deflate: (body, options) => (((body[0] ?? 0) & 0x0f) === 8 ? unzipBytes : inflateRawBytes)(body, options),
  br: (body, { maxOutputLength }) => brotliBytes(body, { maxOutputLength }),
};

export const ACCEPTED_ENCODINGS = 'gzip, deflate, br';

/**
 * The body as UTF-8 text, without its byte-order mark. Rejects with BodyTooLargeError past `maxBytes`. A body to which its
 * header does not apply is taken as it is: some relays decode and leave the header.
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
    if (cause instanceof RangeError) throw new BodyTooLargeError(maxBytes);
    return body;
  }
}
