/** A body exceeded its bound. */
export class BodyTooLargeError extends Error {
  override readonly name = 'BodyTooLargeError';

  constructor(bound: string) {
    super(`The answer has more than ${bound}.`);
  }
}

/**
 * Reads a whole body. Rejects with BodyTooLargeError if it exceeds `maxBytes`. `onChunk` is awaited for each chunk
 * before the next is read.
 */
export async function readBody(
  body: ReadableStream<Uint8Array> | null,
  maxBytes: number,
  onChunk: (chunk: Uint8Array) => Promise<void>,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new BodyTooLargeError(`${maxBytes} bytes`);
    chunks.push(chunk);
    await onChunk(chunk);
  }
  return Buffer.concat(chunks);
}
