import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AnswerHead, AnswerRecorder } from '../../src/index.ts';
import {
  COMPLETED,
  clientOf,
  failureOf,
  frame,
  jsonOf,
  linkOf,
  STREAM,
  STREAMED,
  startAnsweringServer,
  streamOf,
  succeeded,
} from './answering-server.ts';

const WHOLE = succeeded(2) + succeeded(0) + succeeded(1) + COMPLETED;

function record() {
  const log: string[] = [];
  const chunks: Uint8Array[] = [];
  let head: AnswerHead | undefined;
  const recorder: AnswerRecorder = {
    async begin(given) {
      log.push('begin');
      head = given;
    },
    async write(chunk) {
      log.push('write');
      chunks.push(chunk);
    },
    async end() {
      log.push('end');
    },
  };
  return { recorder, log, recorded: () => ({ head: JSON.parse(JSON.stringify(head)), body: Buffer.concat(chunks) }) };
}

test('records each chunk of a stream before its images are delivered, and its end before the call resolves', async () => {
  const delivered = Promise.withResolvers<void>();
  const { url } = await startAnsweringServer(async (response) => {
    response.writeHead(200, STREAM).write(succeeded(2));
    await delivered.promise;
    response.end(succeeded(0) + succeeded(1) + COMPLETED);
  });
  const { recorder, log, recorded } = record();
  const client = clientOf(url);
  const result = await client.images.generate(STREAMED, {
    recorder,
    onImage({ index }) {
      log.push(`image ${index}`);
      delivered.resolve();
    },
  });
  expect(log).toEqual(['begin', 'write', 'image 2', 'write', 'image 0', 'image 1', 'end']);
  expect(await client.images.readAnswer(recorded(), 3)).toEqual(result);
});

test('produces from a recorded body the result of its call', async () => {
  const body = { data: [{ url: linkOf(0) }, { error: { code: 1027 } }], usage: { total_tokens: 1 } };
  const { url } = await startAnsweringServer(jsonOf(body, 200, { 'trace-id': 'trace-1' }));
  const { recorder, log, recorded } = record();
  const client = clientOf(url);
  const result = await client.images.generate({ ...STREAMED, n: 2, stream: false }, { recorder });
  expect(log).toEqual(['begin', 'write', 'end']);
  expect(await client.images.readAnswer(recorded(), 2)).toEqual(result);
});

test.each([
  jsonOf({ error: { code: 1002, message: 'busy' } }, 429, { 'retry-after': '3' }),
  streamOf(frame('error', { error: { http_code: 500 } })),
])('produces from a recorded error the error of its call (%#)', async (answer) => {
  const { url } = await startAnsweringServer(answer);
  const { recorder, recorded } = record();
  const client = clientOf(url);
  const error = await failureOf(client.images.generate(STREAMED, { recorder }));
  expect(await failureOf(client.images.readAnswer(recorded(), 3))).toEqual(error);
});

const HEAD = { host: 'api.example', protocol: 'https:', httpStatus: 200, contentEncoding: null };
const client = clientOf('http://api.example');

test('finds every whole image in a record that is cut at any byte', async () => {
  const bytes = Buffer.from(WHOLE);
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length), async (length) => {
      const reading = client.images.readAnswer({ head: HEAD, body: bytes.subarray(0, length) }, 3);
      const images = await reading.then(
        (result) => result.images,
        () => [],
      );
      const ends = [1, 2, 3].map((count) => succeeded(0).length - 2 + (count - 1) * succeeded(0).length);
      expect(images).toHaveLength(ends.filter((end) => end <= length).length);
    }),
    { numRuns: 200 },
  );
});

test('says that a cut record is incomplete', async () => {
  const body = Buffer.from(succeeded(1));
  expect(await client.images.readAnswer({ head: HEAD, body }, 3)).toMatchObject({
    images: [{ index: 1 }],
    error: { kind: 'connection_lost', taken: 'unknown', host: 'api.example' },
  });
});

test.each(['', ': keepalive\n\n', '{"data":['])('rejects a record without an image: %j', async (text) => {
  const error = await failureOf(client.images.readAnswer({ head: HEAD, body: Buffer.from(text) }, 3));
  expect(error.taken).toBe('unknown');
});

test('reads a compressed record that is cut', async () => {
  const body = gzipSync(WHOLE).subarray(0, -8);
  const { images } = await client.images.readAnswer({ head: { ...HEAD, contentEncoding: 'gzip' }, body }, 3);
  expect(images).toHaveLength(3);
});

test('rejects a record whose head is malformed', async () => {
  await expect(client.images.readAnswer({ head: {}, body: Buffer.from(WHOLE) }, 3)).rejects.toThrow('host');
});
