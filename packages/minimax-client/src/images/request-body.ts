import type { OutgoingBody } from '../http/exchange.ts';
import { UnreadableReferenceError } from '../http/explain-fault.ts';
import type { EditImagesRequest, GenerateImagesRequest, ImageReference } from './wire.ts';

/**
 * Key of the string inside an item of `images`. Not confirmed: it is missing in every copy of the documents that was
 * seen, and `image_url` is the key of OpenAI's API. See docs/h3-unconfirmed.md.
 */
export const DEFAULT_REFERENCE_KEY = 'image_url';

/** Bytes that are encoded at a time: a multiple of 3, so that base64 has padding only at its end. */
const SLICE_BYTES = 3 * 16_384;

type ByteReference = Exclude<ImageReference, string>;

/** A piece of the body: text, or bytes that are sent as base64. */
type Piece = string | ByteReference;

/**
 * The JSON body of a request. References given as bytes are read and encoded while they are sent, one after the other,
 * so that the body is never in memory. `images` comes last: a body that was not sent to its end is not JSON.
 */
export function createRequestBody(
  request: GenerateImagesRequest | EditImagesRequest,
  referenceKey: string,
): OutgoingBody {
  const { stream, response_format = 'url', images, ...fields } = { images: undefined, ...request };
  const text = JSON.stringify({ ...fields, response_format, ...(stream && { stream }) });
  const pieces = images ? [`${text.slice(0, -1)},"images":[`, ...itemsOf(images, referenceKey), ']}'] : [text];
  return {
    length: pieces.reduce((length, piece) => length + lengthOf(piece), 0),
    async *chunks() {
      for (const piece of pieces) {
        if (typeof piece === 'string') yield Buffer.from(piece);
        else yield* encode(piece);
      }
    },
  };
}

function itemsOf(images: readonly ImageReference[], key: string): Piece[] {
  return images.flatMap((image, index) => {
    const comma = index === 0 ? '' : ',';
    if (typeof image === 'string') return [`${comma}${JSON.stringify({ [key]: image })}`];
    const item = JSON.stringify({ [key]: `data:${image.mediaType};base64,` });
    return [comma + item.slice(0, -2), image, '"}'];
  });
}

function lengthOf(piece: Piece): number {
  return typeof piece === 'string' ? Buffer.byteLength(piece) : 4 * Math.ceil(piece.size / 3);
}

async function* encode({ bytes, size }: ByteReference): AsyncGenerator<Uint8Array> {
  let rest = Buffer.alloc(0);
  let read = 0;
  for await (const chunk of readSource(bytes)) {
    read += chunk.length;
    if (read > size) throw new UnreadableReferenceError(`more than the stated ${size} bytes`);
    for (let start = 0; start < chunk.length; start += SLICE_BYTES) {
      const joined = Buffer.concat([rest, chunk.subarray(start, start + SLICE_BYTES)]);
      const whole = joined.length - (joined.length % 3);
      rest = joined.subarray(whole);
      if (whole > 0) yield Buffer.from(joined.toString('base64', 0, whole), 'latin1');
    }
  }
  if (read < size) throw new UnreadableReferenceError(`${read} bytes instead of the stated ${size}`);
  if (rest.length > 0) yield Buffer.from(rest.toString('base64'), 'latin1');
}

async function* readSource(bytes: ByteReference['bytes']): AsyncGenerator<Uint8Array> {
  try {
    yield* bytes();
  } catch (cause) {
    throw new UnreadableReferenceError('its source failed', { cause });
  }
}
