import { createHash } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';
import { type H3WireChanges, type ScenarioInput, type Simulator, startSimulator } from '@darkroom/minimax-simulator';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { GenerateImagesRequest, ImageReference, ImagesResult, MiniMaxErrorKind, Taken } from '../../src/index.ts';
import { clientOf, failureOf } from './answering-server.ts';

const SHARED = { model: 'MiniMax-H3-Image', prompt: 'a red fox', n: 3, area: '1K' } as const;
const STREAMED: GenerateImagesRequest = { ...SHARED, stream: true };
const WHOLE: GenerateImagesRequest = { ...SHARED, stream: false };

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ images: 'plain', scale: 0.05 });
});
afterEach(() => simulator.reset());
afterAll(() => simulator.close());

const client = (options = {}) => clientOf(simulator.url, options);
const indexesOf = ({ images }: ImagesResult) => images.map(({ index }) => index);

/** The number of images that the simulator charged for its only call. */
function charged(): number | undefined {
  expect(simulator.calls()).toHaveLength(1);
  return simulator.calls()[0]?.charged;
}

const SWITCHES: H3WireChanges[] = [
  {},
  { newline: 'crlf' },
  { newline: 'cr' },
  { eventLine: false },
  { doneMarker: true },
  { completedType: 'bare' },
  { usage: false },
  { imageIndex: false },
  { urlKey: 'image_url' },
  { timeKey: 'created_at' },
  { keepaliveMs: 0 },
  { keepaliveMs: 1, headers: 'at_once' },
  { defaultResponseFormat: 'b64_json' },
];

test.each(SWITCHES)('receives every image of a stream with the switches %j', async (h3Wire) => {
  simulator.script({ h3Wire });
  const arrived: number[] = [];
  const onImage = ({ index }: { index: number }) => void arrived.push(index);
  const result = await client().images.generate(STREAMED, { onImage });
  expect(indexesOf(result)).toEqual([0, 1, 2]);
  expect(arrived.toSorted()).toEqual([0, 1, 2]);
  expect(result.images[0]).toMatchObject({ url: expect.stringContaining('%2F'), width: 51, height: 51 }); // scaled
  expect(result).toMatchObject({ failures: [], error: null, requestId: simulator.calls()[0]?.id });
  expect(result.usage === null).toBe(h3Wire.usage === false);
  expect(charged()).toBe(3);
});

test.each<[string, GenerateImagesRequest, object]>([
  ['links', WHOLE, { url: expect.stringContaining('Signature=') }],
  ['base64', { ...SHARED, response_format: 'b64_json' }, { base64: expect.stringMatching(/^\/9j\//) }],
])('receives every image of a body as %s', async (_, request, image) => {
  const result = await client().images.generate(request);
  expect(result.images).toMatchObject([0, 1, 2].map((index) => ({ index, ...image })));
  expect(result.usage?.outputTokens).toBeGreaterThan(0);
});

test('sends every field so that it is accepted', async () => {
  const request: GenerateImagesRequest = {
    model: 'MiniMax-H3-Image-Highspeed',
    prompt: '雪山 🏔',
    n: 2,
    aspect_ratio: '16:9',
    area: '2K',
    output_format: 'webp',
    output_compression: 90,
    disable_prompt_enhanced: true,
    stream: true,
  };
  await client().images.generate(request);
  expect(simulator.calls()[0]?.h3?.request).toMatchObject({ ...request, response_format: 'url' });
});

/** A PNG of 128 by 128 grey pixels. */
function pngOf128(): Buffer {
  const header = Buffer.from([0, 0, 0, 128, 0, 0, 0, 128, 8, 0, 0, 0, 0]);
  const chunks: [string, Buffer][] = [
    ['IHDR', header],
    ['IDAT', deflateSync(Buffer.alloc(128 * 129))],
    ['IEND', Buffer.alloc(0)],
  ];
  const parts = chunks.flatMap(([type, data]) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    const checksum = Buffer.alloc(4);
    checksum.writeUInt32BE(crc32(data, crc32(type)));
    return [length, Buffer.from(type), data, checksum];
  });
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), ...parts]);
}

async function startWithKey(referenceKey: 'image_url' | 'url' | 'image'): Promise<Simulator> {
  const other = await startSimulator({ images: 'plain', scale: 0.05, h3Wire: { referenceKey } });
  onTestFinished(() => other.close());
  return other;
}

test.each(['image_url', 'url', 'image'] as const)('edits with references under the key %s', async (referenceKey) => {
  const { url, calls } = await startWithKey(referenceKey);
  const png = pngOf128();
  const bytes = async function* () {
    yield png.subarray(0, 10);
    yield png.subarray(10);
  };
  const images: ImageReference[] = [
    'https://example.com/a.jpg',
    { bytes, mediaType: 'image/png', size: png.length },
    `data:image/png;base64,${png.toString('base64')}`,
  ];
  const client = clientOf(url, { images: { referenceKey } });
  expect((await client.images.edit({ ...SHARED, stream: true, images })).images).toHaveLength(3);
  const sha256 = createHash('sha256').update(png).digest('hex');
  expect(calls()[0]?.h3?.references).toMatchObject([
    { kind: 'url', url: 'https://example.com/a.jpg' },
    { kind: 'data', bytes: png.length, sha256 },
    { kind: 'data', bytes: png.length, sha256 },
  ]);
});

test('is refused without a charge when references have another key', async () => {
  const { url, calls } = await startWithKey('image');
  const call = clientOf(url).images.edit({ ...SHARED, images: ['https://example.com/a.jpg'] });
  expect(await failureOf(call)).toMatchObject({ kind: 'rejected', taken: 'no', httpStatus: 400 });
  expect(calls()).toMatchObject([{ charged: 0 }]);
});

describe('an image that was blocked', () => {
  test.each<H3WireChanges>([{}, { errorShape: 'openai' }, { errorShape: 'old_codes' }, { errorShape: 'string' }])(
    'is reported by its index, in a stream and in a body with %j',
    async (h3Wire) => {
      simulator.script({ fault: { kind: 'blocked', positions: [1] }, h3Wire });
      for (const request of [STREAMED, WHOLE]) {
        const result = await client().images.generate(request);
        expect(indexesOf(result)).toEqual([0, 2]);
        expect(result.failures).toMatchObject([{ index: 1, error: { taken: 'unknown' } }]);
        expect(result.error).toBeNull();
      }
    },
  );

  test('is reported by its index when it comes at the end of a body', async () => {
    simulator.script({ fault: { kind: 'blocked', positions: [0] }, h3Wire: { failedEntries: 'at_end' } });
    const result = await client().images.generate(WHOLE);
    expect(result.images).toHaveLength(2);
    expect(result.failures).toMatchObject([{ index: 0 }]);
  });

  test('leaves fewer images when it is left out', async () => {
    const h3Wire = { failedEntries: 'omitted', failedEvents: 'omitted' } as const;
    simulator.script({ fault: { kind: 'blocked', positions: [1] }, h3Wire });
    for (const request of [STREAMED, WHOLE]) {
      expect(await client().images.generate(request)).toMatchObject({ images: [{}, {}], failures: [], error: null });
    }
  });

  test('rejects the call when all were', async () => {
    simulator.script({ fault: { kind: 'blocked' } });
    for (const request of [STREAMED, WHOLE]) {
      expect(await failureOf(client().images.generate(request))).toMatchObject({
        kind: 'content_output',
        taken: 'unknown',
      });
    }
  });
});

describe.each(['object', 'string', 'openai', 'old_codes', 'base_resp'] as const)(
  'an error with the shape %s',
  (errorShape) => {
    test.each<[number, MiniMaxErrorKind, Taken]>([
      [400, 'rejected', 'no'],
      [401, 'auth', 'no'],
      [402, 'balance', 'no'],
      [429, 'rate_limited', 'no'],
      [500, 'error', 'unknown'],
    ])('and HTTP %i is mapped to %s, taken: %s', async (status, kind, taken) => {
      simulator.script({ fault: { kind: 'error', status, retryAfterS: 7 }, h3Wire: { errorShape } });
      for (const request of [STREAMED, WHOLE]) {
        const error = await failureOf(client().images.generate(request));
        expect(error).toMatchObject({ kind, taken, httpStatus: status });
        if (status === 429) expect(error.retryAfterMs).toBe(7_000);
      }
    });

    test.each(['bare', 'prefixed'] as const)('and a %s type after an image keeps the image', async (errorType) => {
      const fault = { kind: 'stream_error', after: 1, status: 429 } as const;
      simulator.script({ fault, h3Wire: { errorShape, errorType } });
      const result = await client().images.generate(STREAMED);
      expect(result.images).toHaveLength(1);
      expect(result.error).toMatchObject({ kind: 'rate_limited', taken: 'unknown' });
    });
  },
);

test.each(['reset', 'close', 'end'] as const)(
  'keeps the images before a stream is cut (%s), which are charged',
  async (how) => {
    simulator.script({ fault: { kind: 'stream_cut', after: 2, how, inEvent: true } });
    const result = await client().images.generate(STREAMED);
    expect(result.images).toHaveLength(2);
    expect(result.error).toMatchObject({ kind: 'connection_lost', taken: 'unknown' });
    await expect.poll(charged).toBe(3);
  },
);

test('gives up a silent stream after the idle time-out, and keeps its images', async () => {
  simulator.script({ fault: { kind: 'stream_cut', after: 1, how: 'silence' } });
  const result = await client({ images: { idleTimeoutMs: 100 } }).images.generate(STREAMED);
  expect(result).toMatchObject({ images: [{}], error: { kind: 'timeout', taken: 'unknown' } });
});

test.each<[ScenarioInput['fault'], number]>([
  [{ kind: 'completion_order', order: [2, 0, 1] }, 3],
  [{ kind: 'odd_event', oddity: 'repeated' }, 3],
  [{ kind: 'odd_event', after: 1, oddity: 'duplicate_index' }, 3],
  [{ kind: 'odd_event', oddity: 'index_beyond_n' }, 3],
  [{ kind: 'odd_event', oddity: 'unknown_type' }, 3],
  [{ kind: 'odd_event', after: 1, oddity: 'malformed_json' }, 2],
  [{ kind: 'odd_event', after: 1, oddity: 'no_url' }, 2],
  [{ kind: 'odd_event', after: 1, oddity: 'giant', bytes: 100_000 }, 3],
  [{ kind: 'odd_event', after: 1, oddity: 'giant', bytes: 2_000_000 }, 2],
  [{ kind: 'json_for_stream' }, 3],
  [{ kind: 'interim', statuses: [100, 103] }, 3],
])('survives %j', async (fault, images) => {
  simulator.script({ fault });
  expect((await client().images.generate(STREAMED)).images).toHaveLength(images);
  expect(charged()).toBe(3);
});
