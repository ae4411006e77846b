import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import type { GenerateImagesRequest, ImageReference } from '../../src/index.ts';
import { clientOf, failureOf, jsonOf, linkOf, startAnsweringServer } from './answering-server.ts';

const EDIT = { model: 'MiniMax-H3-Image', prompt: '让图1的狐狸 "跳" 🦊' } as const;
const ONE = jsonOf({ data: [{ url: linkOf(0) }] });

async function* inChunks(bytes: Uint8Array, sizes: number[]): AsyncGenerator<Uint8Array> {
  let start = 0;
  for (const size of sizes) {
    yield bytes.subarray(start, start + size);
    start += size;
  }
  yield bytes.subarray(start);
}

const dataUrl = (bytes: Uint8Array, type = 'image/png') =>
  `data:${type};base64,${Buffer.from(bytes).toString('base64')}`;

test('sends every field of a generation unchanged and no other', async () => {
  const { url, requests } = await startAnsweringServer(ONE);
  const request: GenerateImagesRequest = {
    model: 'MiniMax-H3-Image-Highspeed',
    prompt: '雪山 🏔',
    n: 1,
    aspect_ratio: '16:9',
    area: '2K',
    output_format: 'webp',
    output_compression: 90,
    disable_prompt_enhanced: true,
    response_format: 'b64_json',
  };
  await clientOf(url).images.generate(request);
  expect(requests.map(({ body }) => JSON.parse(body))).toEqual([request]);
  expect(requests[0]).toMatchObject({
    path: '/v1/images/generations',
    headers: { authorization: 'Bearer k3y', 'content-type': 'application/json', accept: 'application/json' },
  });
});

test.each<[string, Partial<GenerateImagesRequest>, object]>([
  ['links for a stream', { stream: true }, { response_format: 'url', stream: true }],
  ['links by default, and no stream', { stream: false }, { response_format: 'url' }],
])('asks for %s', async (_, fields, expected) => {
  const { url, requests } = await startAnsweringServer(ONE);
  // Each row is one side of the union.
  await clientOf(url).images.generate({ ...EDIT, size: '1024x1024', ...fields } as GenerateImagesRequest);
  expect(JSON.parse(requests[0]?.body ?? '')).toEqual({ ...EDIT, size: '1024x1024', ...expected });
});

test('sends references in their order, as strings and as bytes', async () => {
  const { url, requests } = await startAnsweringServer(ONE);
  const bytes = Buffer.from('some bytes');
  const images: ImageReference[] = [
    'https://example.com/a.jpg?"quoted"',
    { bytes: () => inChunks(bytes, [4]), mediaType: 'image/png', size: bytes.length },
    dataUrl(bytes, 'image/webp'),
    { bytes: () => new Blob([bytes]).stream(), mediaType: 'image/jpeg', size: bytes.length },
  ];
  await clientOf(url).images.edit({ ...EDIT, images });
  expect(JSON.parse(requests[0]?.body ?? '')).toEqual({
    ...EDIT,
    response_format: 'url',
    images: [
      { image_url: 'https://example.com/a.jpg?"quoted"' },
      { image_url: dataUrl(bytes) },
      { image_url: dataUrl(bytes, 'image/webp') },
      { image_url: dataUrl(bytes, 'image/jpeg') },
    ],
  });
});

test('sends references under another key if the settings say so', async () => {
  const { url, requests } = await startAnsweringServer(ONE);
  const images: ImageReference[] = [
    'https://example.com/a.jpg',
    { bytes: () => inChunks(Buffer.of(1), []), mediaType: 'image/png', size: 1 },
  ];
  await clientOf(url, { images: { referenceKey: 'url' } }).images.edit({ ...EDIT, images });
  expect(JSON.parse(requests[0]?.body ?? '').images).toEqual([
    { url: 'https://example.com/a.jpg' },
    { url: 'data:image/png;base64,AQ==' },
  ]);
});

test('sends references as bytes exactly, however their source is cut into chunks', async () => {
  const { url, requests } = await startAnsweringServer(ONE);
  const client = clientOf(url);
  const reference = fc.record({
    bytes: fc.uint8Array({ maxLength: 200 }),
    sizes: fc.array(fc.nat(20), { maxLength: 20 }),
    repeats: fc.constantFrom(1, 1, 1, 1_000),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(reference, { minLength: 1, maxLength: 16 }), async (references) => {
      const wholes = references.map(({ bytes, repeats }) => Buffer.concat(Array(repeats).fill(bytes)));
      const images = wholes.map((whole, index) => ({
        bytes: () => inChunks(whole, references[index]?.sizes ?? []),
        mediaType: 'image/png',
        size: whole.length,
      }));
      await client.images.edit({ ...EDIT, images });
      const sent = requests.splice(0)[0];
      expect(JSON.parse(sent?.body ?? '').images).toEqual(wholes.map((whole) => ({ image_url: dataUrl(whole) })));
      expect(sent?.headers['content-length']).toBe(String(Buffer.byteLength(sent?.body ?? '')));
    }),
    { numRuns: 60 },
  );
});

test('reads references no faster than they are sent', async () => {
  const chunk = Buffer.alloc(100_000, 1);
  const size = 100 * chunk.length;
  let read = 0;
  let received = 0;
  let mostAhead = 0;
  const { url } = await startRawServer((socket) => {
    socket.on('data', (bytes) => {
      received += bytes.length;
      if (received > (16 * size * 4) / 3) socket.end(`HTTP/1.1 200 OK\r\n\r\n{"data":["${linkOf(0)}"]}`);
    });
  });
  async function* bytes() {
    for (let left = size; left > 0; left -= chunk.length) {
      read += chunk.length;
      mostAhead = Math.max(mostAhead, read - (received * 3) / 4);
      yield chunk;
    }
  }
  const images = Array(16).fill({ bytes, mediaType: 'image/png', size });
  expect((await clientOf(url).images.edit({ ...EDIT, images })).images).toHaveLength(1);
  expect(read).toBe(16 * size);
  expect(mostAhead).toBeLessThan(2 * size); // the buffers of the connection
});

const bytes = Buffer.alloc(300_000, 1);

test.each<[string, ImageReference]>([
  ['fails', { bytes: () => failing(), mediaType: 'image/png', size: bytes.length }],
  ['cannot be opened', { bytes: () => createReadStream('/no/such/file'), mediaType: 'image/png', size: bytes.length }],
  ['throws at once', { bytes: () => raise(), mediaType: 'image/png', size: bytes.length }],
  ['is shorter than it says', { bytes: () => inChunks(bytes, []), mediaType: 'image/png', size: bytes.length + 1 }],
  ['is longer than it says', { bytes: () => inChunks(bytes, []), mediaType: 'image/png', size: bytes.length - 1 }],
])('does not send a request to its end whose reference %s', async (_, reference) => {
  const { url, received } = await startRawServer();
  const error = await failureOf(clientOf(url).images.edit({ ...EDIT, images: [reference, 'https://example.com/z'] }));
  expect(error).toMatchObject({ kind: 'unreadable_reference', taken: 'no' });
  expect(received()).not.toContain('example.com/z');
});

async function* failing(): AsyncGenerator<Uint8Array> {
  yield bytes.subarray(0, 100_000);
  throw new Error('the disk is gone');
}

function raise(): never {
  throw new Error('no such reference');
}

/** Bytes of a reference of which the last never come. */
async function* unending(): AsyncGenerator<Uint8Array> {
  yield bytes;
  await new Promise(() => {});
}

const UNENDING: ImageReference = { bytes: unending, mediaType: 'image/png', size: bytes.length + 1 };

test('reports a connection that is lost before the request is sent to its end as not taken', async () => {
  const { url } = await startRawServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
  const error = await failureOf(clientOf(url).images.edit({ ...EDIT, images: [UNENDING] }));
  expect(error).toMatchObject({ kind: 'connection_lost', taken: 'no' });
});

test('reports a connection that is lost after the request was sent as possibly taken', async () => {
  const { url } = await startAnsweringServer((response) => void response.socket?.resetAndDestroy());
  const reference = { bytes: () => inChunks(bytes, []), mediaType: 'image/png', size: bytes.length };
  const error = await failureOf(clientOf(url).images.edit({ ...EDIT, images: [reference] }));
  expect(error).toMatchObject({ kind: 'connection_lost', taken: 'unknown' });
});

test('reports an abort before the request is sent to its end as not taken', async () => {
  const caller = new AbortController();
  const { url } = await startRawServer((socket) => socket.once('data', () => caller.abort()));
  const call = clientOf(url).images.edit({ ...EDIT, images: [UNENDING] }, { signal: caller.signal });
  expect(await failureOf(call)).toMatchObject({ kind: 'aborted', taken: 'no' });
});

test('reads a refusal that comes before the request is sent to its end, and stops sending', async () => {
  const closed = Promise.withResolvers<void>();
  /** Is read for as long as the request is sent. */
  async function* endless() {
    try {
      for (;;) yield await new Promise<Uint8Array>((resolve) => setImmediate(resolve, bytes.subarray(0, 1_000)));
    } finally {
      closed.resolve();
    }
  }
  const { url } = await startRawServer((socket) => {
    socket.once('data', async () => {
      socket.write('HTTP/1.1 413 Too Large\r\ncontent-length: 2\r\n\r\n');
      await closed.promise;
      socket.write('{}');
    });
  });
  const reference = { bytes: endless, mediaType: 'image/png', size: 1e12 };
  const error = await failureOf(clientOf(url).images.edit({ ...EDIT, images: [reference] }));
  expect(error).toMatchObject({ kind: 'rejected', taken: 'no', httpStatus: 413 });
});

test('reports a connection that is lost after the first bytes of a success as possibly taken', async () => {
  const { url } = await startRawServer((socket) => {
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{', () => socket.resetAndDestroy());
    });
  });
  const error = await failureOf(clientOf(url).images.edit({ ...EDIT, images: [UNENDING] }));
  expect(error).toMatchObject({ kind: 'connection_lost', taken: 'unknown' });
});

test('sends a request without references in one piece', async () => {
  const { url, received } = await startRawServer((socket) => {
    socket.once('data', () => socket.end(`HTTP/1.1 200 OK\r\n\r\n{"data":["${linkOf(0)}"]}`));
  });
  await clientOf(url).images.generate(EDIT);
  expect(received()).toContain('让图1的狐狸');
});

/** A TCP server that never answers by itself. It is closed after the test. */
async function startRawServer(onConnection: (socket: Socket) => void = () => {}) {
  const sockets: Socket[] = [];
  const chunks: Buffer[] = [];
  const server = createServer((socket) => {
    sockets.push(socket.on('error', () => {}));
    onConnection(socket);
    socket.on('data', (chunk) => chunks.length < 100 && chunks.push(chunk));
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  // A listening TCP server always has an address with a port.
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, received: () => Buffer.concat(chunks).toString() };
}
