import { expect, test } from 'vitest';
import type { ReceivedImage } from '../../src/index.ts';
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

/** Makes a call for 3 images that is answered with this stream. */
async function callWith(text: string, n = 3) {
  const { url } = await startAnsweringServer(streamOf(text));
  return clientOf(url).images.generate({ ...STREAMED, n });
}

const linksOf = (images: ReceivedImage[]) => images.map((image) => ('url' in image ? image.url : image.base64));
const LINKS = [0, 1, 2].map(linkOf);

test('delivers each image of a stream in order of arrival, and all in order of their index', async () => {
  const { url } = await startAnsweringServer(streamOf(succeeded(2) + succeeded(0) + succeeded(1) + COMPLETED));
  const arrived: ReceivedImage[] = [];
  const onImage = (image: ReceivedImage) => void arrived.push(image);
  const result = await clientOf(url).images.generate(STREAMED, { onImage });
  expect(arrived.map(({ index }) => index)).toEqual([2, 0, 1]);
  expect(result).toEqual({
    images: [0, 1, 2].map((index) => ({ url: linkOf(index), index, width: 64, height: 32 })),
    failures: [],
    usage: {
      inputTokens: 50,
      outputTokens: 4096,
      totalTokens: 4146,
      inputTextTokens: null,
      inputImageTokens: null,
    },
    requestId: 'req-1',
    traceId: null,
    error: null,
  });
});

test('waits for the consumer of an image before it reads the next event', async () => {
  const { url } = await startAnsweringServer(streamOf(succeeded(0) + succeeded(1) + COMPLETED));
  const log: string[] = [];
  await clientOf(url).images.generate(STREAMED, {
    async onImage({ index }) {
      log.push(`begins ${index}`);
      await new Promise((resolve) => setImmediate(resolve));
      log.push(`ends ${index}`);
    },
  });
  expect(log).toEqual(['begins 0', 'ends 0', 'begins 1', 'ends 1']);
});

test('delivers an image before the rest of the stream has arrived', async () => {
  const arrived = Promise.withResolvers<void>();
  const { url } = await startAnsweringServer(async (response) => {
    response.writeHead(200, STREAM).write(succeeded(0));
    await arrived.promise;
    response.end(succeeded(1) + succeeded(2) + COMPLETED);
  });
  const result = await clientOf(url).images.generate(STREAMED, { onImage: () => arrived.resolve() });
  expect(result.images).toHaveLength(3);
});

test('reads the stream to its end after the consumer rejects, and rejects with the same reason', async () => {
  const { url } = await startAnsweringServer(streamOf(succeeded(0) + succeeded(1) + succeeded(2) + COMPLETED));
  const reason = new Error('the database is gone');
  const consumed: number[] = [];
  const recorded: Uint8Array[] = [];
  const call = clientOf(url).images.generate(STREAMED, {
    onImage({ index }) {
      consumed.push(index);
      throw reason;
    },
    recorder: { begin: async () => {}, write: async (chunk) => void recorded.push(chunk), end: async () => {} },
  });
  await expect(call).rejects.toBe(reason);
  expect(consumed).toEqual([0]);
  expect(Buffer.concat(recorded).toString()).toContain('completed');
});

test('reads a stream of edits', async () => {
  const events =
    frame('image_edit.partial_succeeded', { image_index: 0, url: linkOf(0) }) + frame('image_edit.completed');
  const { url, requests } = await startAnsweringServer(streamOf(events));
  const { images } = await clientOf(url).images.edit({ ...STREAMED, n: 1, images: ['https://example.com/a.jpg'] });
  expect(linksOf(images)).toEqual([linkOf(0)]);
  expect(requests.map(({ path }) => path)).toEqual(['/v1/images/edits']);
});

const unnamed = (data: object) => `data: ${JSON.stringify(data)}\n\n`;
const three = [0, 1, 2].map((index) => succeeded(index)).join('');

test.each<[string, string]>([
  ['CRLF line ends', (three + COMPLETED).replaceAll('\n', '\r\n')],
  ['CR line ends', (three + COMPLETED).replaceAll('\n', '\r')],
  ['a byte-order mark', `\ufeff${three}${COMPLETED}`],
  [
    'comments between and within events',
    `: keepalive\n\n${three.replaceAll('\ndata', '\n: keepalive\ndata')}${COMPLETED}`,
  ],
  ['data over several lines', (three + COMPLETED).replaceAll(',"', ',\ndata: "')],
  ['data without a space after the colon', (three + COMPLETED).replaceAll('data: ', 'data:')],
  ['no blank line at the end', (three + COMPLETED).trimEnd()],
  ['no blank lines between events', (three + COMPLETED).replaceAll(/event: .*\n/g, '').replaceAll('\n\n', '\n')],
  ['ids and retry times', `retry: 100\n\n${three.replaceAll('event:', 'id: 7\nevent:')}${COMPLETED}`],
  ['types in the event field only', (three + COMPLETED).replaceAll(/"type":"[^"]*",/g, '')],
  ['types in the data only', (three + COMPLETED).replaceAll(/event: .*\n/g, '')],
  ['no types of images', three.replaceAll(/event: .*\n/g, '').replaceAll(/"type":"[^"]*",/g, '') + COMPLETED],
  ['types without a prefix', (three + COMPLETED).replaceAll('image_generation.', '')],
  ['types of edits', (three + COMPLETED).replaceAll('generation', 'edit')],
  ['unknown events', frame('image_generation.started', { url: linkOf(9) }) + three + frame('note') + COMPLETED],
  ['previews', frame('image_generation.partial_image', { image_index: 0, url: linkOf(9) }) + three + COMPLETED],
  [
    'an image in an event of a new name',
    `${succeeded(0)}${frame('image_done', { image_index: 1, url: linkOf(1) })}${succeeded(2)}${COMPLETED}`,
  ],
  ['image_url in place of url', three.replaceAll('"url"', '"image_url"') + COMPLETED],
  ['an object in place of the link', three.replaceAll(/"url":("[^"]*")/g, '"url":{"url":$1}') + COMPLETED],
  [
    'its fields in a member named data',
    [0, 1, 2]
      .map((index) => frame('partial_succeeded', { data: { image_index: index, url: linkOf(index) } }))
      .join('') + COMPLETED,
  ],
  ['indexes as text', three.replaceAll(/"image_index":(\d)/g, '"image_index":"$1"') + COMPLETED],
  ['no indexes', three.replaceAll(/"image_index":\d,/g, '') + COMPLETED],
  [
    'indexes that begin with 1',
    succeeded(1, { url: linkOf(1) }) + succeeded(2, { url: linkOf(2) }) + succeeded(3, { url: linkOf(0) }) + COMPLETED,
  ],
  ['the same index for all', [0, 1, 2].map((index) => succeeded(0, { url: linkOf(index) })).join('') + COMPLETED],
  [
    'indexes far out of range',
    [0, 1, 2].map((index) => succeeded(1e9 + index, { url: linkOf(index) })).join('') + COMPLETED,
  ],
  ['negative indexes', [0, 1, 2].map((index) => succeeded(-1, { url: linkOf(index) })).join('') + COMPLETED],
  ['repeated images', three + three + COMPLETED],
  ['the images in the last event', frame('image_generation.completed', { data: LINKS.map((link) => ({ url: link })) })],
  [
    'the images again in the last event',
    three + frame('completed', { data: LINKS.toReversed().map((link) => ({ url: link })) }),
  ],
  ['the last event before the images', COMPLETED + three],
  ['[DONE] after the last event', `${three}${COMPLETED}data: [DONE]\n\n`],
  ['[DONE] in place of the last event', `${three}data: [DONE]\n\n`],
  ['no last event', three],
  ['an event that is not JSON', `data: {"type":\n\n${three}${COMPLETED}`],
  ['an event of an array', `data: []\n\ndata: 5\n\ndata: null\n\n${three}${COMPLETED}`],
  ['an event above the bound', `${frame('note', { text: 'x'.repeat(2_000_000) })}${three}${COMPLETED}`],
  ['odd sizes', three.replaceAll('"64x32"', '{"w":64}') + COMPLETED],
  ['odd usage', three + frame('image_generation.completed', { usage: { input_tokens: -1, total_tokens: 'many' } })],
  ['an empty error beside each image', three.replaceAll('"size"', '"error":null,"size"') + COMPLETED],
  ['an error after all images', three + frame('error', { error: { http_code: 500, message: 'late' } })],
  ['the completion as an unnamed event', three + unnamed({ type: 'completed' })],
])('finds every image in a stream with %s', async (_, text) => {
  const { images, error } = await callWith(text);
  expect(linksOf(images).toSorted()).toEqual(LINKS);
  expect(images.map(({ index }) => index)).toEqual([0, 1, 2]);
  expect(error).toBeNull();
});

test.each<[string, object, (number | null)[]]>([
  ['64 x 32', { size: '64 x 32' }, [64, 32]],
  ['64×32', { size: '64×32' }, [64, 32]],
  ['64*32', { size: '64*32' }, [64, 32]],
  ['width and height', { size: undefined, width: 64, height: '32' }, [64, 32]],
  ['4K', { size: '4K' }, [null, null]],
])('reads the size %s', async (_, data, size) => {
  const { images } = await callWith(succeeded(0, data) + COMPLETED, 1);
  expect(images.map(({ width, height }) => [width, height])).toEqual([size]);
});

test.each<[string, object]>([
  [
    'OpenAI',
    {
      input_tokens: 9,
      output_tokens: '8',
      total_tokens: 17,
      input_tokens_details: { text_tokens: 4, image_tokens: 5 },
    },
  ],
  [
    'chat',
    {
      prompt_tokens: 9,
      completion_tokens: 8,
      total_tokens: 17,
      prompt_tokens_details: { text_tokens: 4, image_tokens: 5 },
    },
  ],
])('reads usage by the names of the %s API', async (_, usage) => {
  const result = await callWith(succeeded(0) + frame('image_generation.completed', { usage }), 1);
  const tokens = { inputTokens: 9, outputTokens: 8, totalTokens: 17, inputTextTokens: 4, inputImageTokens: 5 };
  expect(result.usage).toEqual(tokens);
});

test.each<[string, string]>([
  ['a partial_failed event', frame('image_generation.partial_failed', { image_index: 1, error: { code: 1027 } })],
  ['an error in the place of the image', succeeded(1, { url: null, error: { code: 'output_moderation' } })],
  ['a failed event with an index', frame('image_generation.failed', { image_index: 1, error: { code: 1026 } })],
  ['a link beside a moderation error', succeeded(1, { error: { code: 'content_policy_violation' } })],
])('reports an image that failed, and keeps the others: %s', async (_, event) => {
  const { images, failures, error } = await callWith(succeeded(0) + event + succeeded(2) + COMPLETED);
  expect(images.map(({ index }) => index)).toEqual([0, 2]);
  expect(failures).toMatchObject([{ index: 1, error: { kind: 'content_output', taken: 'unknown' } }]);
  expect(error).toBeNull();
});

test('counts a failed image once that is reported twice, and reads the images after it', async () => {
  const failed = frame('partial_failed', { image_index: 1, error: { code: 1027 } });
  const { images, failures } = await callWith(succeeded(0) + failed + failed + COMPLETED + succeeded(2));
  expect(images.map(({ index }) => index)).toEqual([0, 2]);
  expect(failures).toHaveLength(1);
});

test('rejects with the error of the first image when all images failed', async () => {
  const failed = [0, 1, 2].map((index) => frame('partial_failed', { image_index: index, error: { code: 1027 } }));
  const { url } = await startAnsweringServer(streamOf(failed.join('') + COMPLETED));
  const error = await failureOf(clientOf(url).images.generate(STREAMED));
  expect(error).toMatchObject({ kind: 'content_output', taken: 'unknown', statusCode: 1027 });
});

test('resolves without images when a stream completes without any', async () => {
  expect(await callWith(COMPLETED)).toMatchObject({ images: [], failures: [], error: null, requestId: 'req-1' });
});

test('resolves with fewer images when a stream completes with fewer', async () => {
  expect(await callWith(succeeded(1) + COMPLETED)).toMatchObject({ images: [{ index: 1 }], error: null });
});

test('says that an event could not be read when an image is missing', async () => {
  const { images, error } = await callWith(`${succeeded(0)}data: {"url":\n\n${COMPLETED}`);
  expect(images).toHaveLength(1);
  expect(error).toMatchObject({ kind: 'bad_answer', taken: 'unknown', message: 'MiniMax: 1 events cannot be read' });
});

test.each<[string, string]>([
  ['with its index', succeeded(0).repeat(2)],
  ['without an index', succeeded(0) + succeeded(0, { image_index: undefined })],
  ['in the last event', succeeded(0) + frame('image_generation.completed', { data: [{ url: linkOf(0) }] })],
])('counts an image once that comes twice, %s', async (_, text) => {
  const { images } = await callWith(text + COMPLETED);
  expect(linksOf(images)).toEqual([linkOf(0)]);
});

test('counts equal links at different indexes as images of their own', async () => {
  const { images } = await callWith(succeeded(0) + succeeded(1, { url: linkOf(0) }) + COMPLETED);
  expect(images).toHaveLength(2);
});

test('drops images beyond the number that was requested', async () => {
  const { images } = await callWith(`${three}${succeeded(3)}${COMPLETED}`);
  expect(linksOf(images)).toEqual(LINKS);
});

test('stops reading after 1000 events, and keeps the images', async () => {
  const { images, error } = await callWith(succeeded(0) + frame('note').repeat(1_000) + succeeded(1) + COMPLETED);
  expect(images).toHaveLength(1);
  expect(error).toMatchObject({ kind: 'bad_answer', message: 'MiniMax: the answer is too large' });
});

test('stops reading above maxResponseBytes, and keeps the images', async () => {
  const { url } = await startAnsweringServer(async (response) => {
    response.writeHead(200, STREAM).write(succeeded(0));
    response.end(`:${'x'.repeat(200_000)}\n\n${succeeded(1)}${COMPLETED}`);
  });
  const { images, error } = await clientOf(url, { maxResponseBytes: 50_000 }).images.generate(STREAMED);
  expect(images).toHaveLength(1);
  expect(error).toMatchObject({ kind: 'bad_answer', message: 'MiniMax: the answer is too large' });
});

test('reads JSON that answers a request for a stream, whatever its type', async () => {
  const body = { created: 1, data: LINKS.map((link) => ({ url: link })) };
  const { url } = await startAnsweringServer(jsonOf(body, 200, STREAM));
  const arrived: number[] = [];
  const onImage = ({ index }: ReceivedImage) => void arrived.push(index);
  const { images, error } = await clientOf(url).images.generate(STREAMED, { onImage });
  expect(linksOf(images)).toEqual(LINKS);
  expect(arrived).toEqual([0, 1, 2]);
  expect(error).toBeNull();
});

test.each(['text/event-stream; charset=utf-8', 'text/plain', 'application/json'])(
  'reads a stream that answers a request without one, as %s',
  async (type) => {
    const { url } = await startAnsweringServer((response) => {
      response.writeHead(200, { 'content-type': type }).end(`\n\n: keepalive\n\n${three}${COMPLETED}`);
    });
    const { images } = await clientOf(url).images.generate({ ...STREAMED, stream: false });
    expect(linksOf(images)).toEqual(LINKS);
  },
);
