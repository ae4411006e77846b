import { Duplex } from 'node:stream';
import fc from 'fast-check';
import type { buildConnector } from 'undici';
import { expect, test } from 'vitest';
import type { ImagesResult } from '../../src/index.ts';
import { COMPLETED, clientOf, frame, linkOf, STREAMED, succeeded } from './answering-server.ts';

/** A connection over which the answer arrives in exactly these chunks. */
function connectionOf(chunks: Uint8Array[]): buildConnector.connector {
  return (_target, done) => {
    const socket = new Duplex({
      read() {},
      write: (_chunk, _encoding, written) => written(),
    });
    socket.push('HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n');
    for (const chunk of chunks) socket.push(chunk);
    socket.push(null);
    // The client uses it as a stream only.
    done(null, socket as never);
  };
}

async function read(chunks: Uint8Array[]): Promise<ImagesResult & { arrived: number[] }> {
  const arrived: number[] = [];
  const client = clientOf('http://api.example', { connect: connectionOf(chunks) });
  const onImage = ({ index }: { index: number }) => void arrived.push(index);
  return { ...(await client.images.generate(STREAMED, { onImage })), arrived };
}

/** The stream with these line ends, cut at any places. */
const chunked = fc
  .record({
    lineEnd: fc.constantFrom('\n', '\r\n', '\r'),
    mark: fc.constantFrom('', '\ufeff'),
    cuts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 40 }),
    isByteByByte: fc.boolean(),
  })
  .map(({ lineEnd, mark, cuts, isByteByByte }) => {
    const text = [
      ': keepalive\n\n',
      succeeded(1, { url: `${linkOf(1)}&name=雪山🏔` }),
      ': keepalive\n\n',
      succeeded(0).replaceAll(',"', ',\ndata: "'),
      frame('unknown.event', { text: 'é'.repeat(50) }),
      succeeded(2),
      COMPLETED,
    ];
    const bytes = Buffer.from(mark + text.join('').replaceAll('\n', lineEnd));
    if (isByteByByte) return [...bytes].map((byte) => Uint8Array.of(byte));
    const places = cuts.map((cut) => Math.floor(cut * bytes.length)).toSorted((one, other) => one - other);
    return [0, ...places]
      .map((place, cut) => bytes.subarray(place, places[cut] ?? bytes.length))
      .filter(({ length }) => length > 0);
  });

test('reads the same events however the stream is cut into chunks', async () => {
  await fc.assert(
    fc.asyncProperty(chunked, async (chunks) => {
      const { images, arrived, requestId, error } = await read(chunks);
      expect(images.map((image) => 'url' in image && image.url)).toEqual([
        linkOf(0),
        `${linkOf(1)}&name=雪山🏔`,
        linkOf(2),
      ]);
      expect({ arrived, requestId, error }).toEqual({ arrived: [1, 0, 2], requestId: 'req-1', error: null });
    }),
    { numRuns: 200 },
  );
});

test('keeps the images that arrived before a stream is cut, at any byte', async () => {
  const events = [succeeded(1), succeeded(0), succeeded(2), COMPLETED];
  const bytes = Buffer.from(events.join(''));
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: (events[0] ?? '').length, max: bytes.length - 1 }), async (length) => {
      const { arrived, error } = await read([bytes.subarray(0, length)]);
      // An event is whole once its data is: the blank line after it may be missing.
      const whole = [1, 2, 3].filter((count) => events.slice(0, count).join('').length - 2 <= length).length;
      expect(arrived).toEqual([1, 0, 2].slice(0, whole));
      if (whole < 3) expect(error).toMatchObject({ kind: 'connection_lost', taken: 'unknown' });
      else expect(error).toBeNull();
    }),
    { numRuns: 150 },
  );
});
