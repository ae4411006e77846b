import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import {
  clientOf,
  failureOf,
  jsonOf,
  linkOf,
  STREAM,
  STREAMED,
  startAnsweringServer,
  succeeded,
} from './answering-server.ts';

const REQUEST = { ...STREAMED, stream: false } as const;
const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex').toString('base64');

async function answerWith(body: unknown) {
  const { url } = await startAnsweringServer(jsonOf(body));
  return clientOf(url).images.generate(REQUEST);
}

test('returns the images of a body in order, with usage and request id', async () => {
  const usage = { input_tokens: 1, output_tokens: 2, total_tokens: 3 };
  const data = [0, 1, 2].map((index) => ({ url: linkOf(index), size: '64x32' }));
  const result = await answerWith({ created: 1, data, usage, request_id: 'req-1' });
  expect(result).toEqual({
    images: [0, 1, 2].map((index) => ({ url: linkOf(index), index, width: 64, height: 32 })),
    failures: [],
    usage: { inputTokens: 1, outputTokens: 2, totalTokens: 3, inputTextTokens: null, inputImageTokens: null },
    requestId: 'req-1',
    traceId: null,
    error: null,
  });
});

test('returns base64 values as base64', async () => {
  const { images } = await answerWith({ data: [{ b64_json: PNG }, { b64_json: `data:image/png;base64,${PNG}` }] });
  expect(images).toMatchObject([{ base64: PNG }, { base64: PNG }]);
});

test.each<[string, object]>([
  ['that keeps its place', { data: [{ url: linkOf(0) }, { error: { code: 1027 } }, { url: linkOf(2) }] }],
  [
    'with an index',
    {
      data: [
        { url: linkOf(0), index: 0 },
        { url: linkOf(2), index: 2 },
        { index: 1, error: { code: 1027 } },
      ],
    },
  ],
])('reports a failed entry %s', async (_, body) => {
  const { images, failures, error } = await answerWith(body);
  expect(images).toMatchObject([
    { index: 0, url: linkOf(0) },
    { index: 2, url: linkOf(2) },
  ]);
  expect(failures).toMatchObject([{ index: 1, error: { kind: 'content_output', statusCode: 1027 } }]);
  expect(error).toBeNull();
});

test('resolves with a shorter list, which does not say what is missing', async () => {
  expect(await answerWith({ data: [{ url: linkOf(0) }] })).toMatchObject({
    images: [{ index: 0 }],
    failures: [],
    error: null,
  });
});

test.each<[string, object]>([
  ['an empty list', { data: [] }],
  ['usage only', { usage: { total_tokens: 5 } }],
  ['base_resp 0', { base_resp: { status_code: 0 } }],
])('resolves without images for a success with %s', async (_, body) => {
  expect(await answerWith(body)).toMatchObject({ images: [], error: null });
});

test('rejects when every entry failed', async () => {
  const { url } = await startAnsweringServer(jsonOf({ data: [{ error: { type: 'output_moderation' } }] }));
  const error = await failureOf(clientOf(url).images.generate({ ...REQUEST, n: 1 }));
  expect(error).toMatchObject({ kind: 'content_output', taken: 'unknown' });
});

test.each<[string, object]>([
  ['images', { images: [{ url: linkOf(0) }] }],
  ['data.images', { data: { images: [{ url: linkOf(0) }] } }],
  ['links in data', { data: [linkOf(0)] }],
  ['image_url', { data: [{ image_url: { url: linkOf(0) } }] }],
  ["image-01's lists", { data: { image_urls: [linkOf(0)] }, base_resp: { status_code: 0 } }],
  ['the top level', { url: linkOf(0) }],
  ['a list beside an error', { data: [{ url: linkOf(0) }], error: null }],
])('finds the image in %s', async (_, body) => {
  expect((await answerWith(body)).images).toMatchObject([{ url: linkOf(0), index: 0 }]);
});

test('keeps images beside an error', async () => {
  const result = await answerWith({ data: [{ url: linkOf(0) }], error: { code: 1000, message: 'x' } });
  expect(result).toMatchObject({ images: [{ index: 0 }], error: { kind: 'error', statusCode: 1000 } });
});

test('withholds images that content moderation blocked with base_resp 1027', async () => {
  const { url } = await startAnsweringServer(jsonOf({ data: [{ url: linkOf(0) }], base_resp: { status_code: 1027 } }));
  expect(await failureOf(clientOf(url).images.generate(REQUEST))).toMatchObject({ kind: 'content_output' });
});

test.each<[string, string]>([
  ['a body', JSON.stringify({ data: [{ url: linkOf(0) }] })],
  ['a stream', succeeded(0)],
])('reads %s that is compressed although nobody asked for it', async (_, text) => {
  const { url, requests } = await startAnsweringServer((response) => {
    response.writeHead(200, { ...STREAM, 'content-encoding': 'gzip' }).end(gzipSync(text));
  });
  expect((await clientOf(url).images.generate({ ...STREAMED, n: 1 })).images).toMatchObject([{ url: linkOf(0) }]);
  expect(requests[0]?.headers['accept-encoding']).toBe('identity');
});

test('rejects a body above maxResponseBytes, counted after decompression', async () => {
  const { url } = await startAnsweringServer((response) => {
    response.setHeader('content-encoding', 'gzip').end(gzipSync(Buffer.alloc(1_000_000, ' ')));
  });
  const client = clientOf(url, { maxResponseBytes: 10_000 });
  expect(await failureOf(client.images.generate(REQUEST))).toMatchObject({
    kind: 'bad_answer',
    taken: 'unknown',
    message: 'MiniMax: the answer is too large',
  });
});
