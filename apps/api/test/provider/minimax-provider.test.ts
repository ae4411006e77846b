import { createMiniMaxClient } from '@darkroom/minimax-client';
import { type Simulator, startSimulator } from '@darkroom/minimax-simulator';
import { readPhoto } from '@darkroom/test-kit/photos/read-photo';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { familyOf } from '../../src/job/model-family.ts';
import type { ImageProvider, ProviderCall, ReferenceFile } from '../../src/provider/image-provider.ts';
import { createMiniMaxProvider } from '../../src/provider/minimax-provider.ts';
import { testImageProvider } from './image-provider.conformance.ts';

const request = { model: 'image-01', prompt: 'a lighthouse at dawn', n: 2 } as const;
const call: ProviderCall = { request, references: [] };
const h3Call: ProviderCall = {
  request: { model: 'MiniMax-H3-Image', prompt: 'a lighthouse at dawn', area: '1K', n: 2 },
  references: [],
};

function fileOf(bytes: Uint8Array): ReferenceFile {
  const read = async function* () {
    yield bytes.subarray(0, 10);
    yield bytes.subarray(10);
  };
  return { read, bytes: bytes.length, contentType: 'image/jpeg' };
}

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ images: 'plain', apiKey: 'key' });
});
afterAll(() => simulator.close());
beforeEach(() => simulator.reset());

function provider({
  apiKey = 'key',
  timeoutMs = 10_000,
  format = 'url' as 'url' | 'base64',
  baseUrl = simulator.url,
} = {}): ImageProvider {
  return createMiniMaxProvider({ client: createMiniMaxClient({ apiKey, baseUrl, timeoutMs }), responseFormat: format });
}

/** Each end of a call, in the errors of either family. */
const ENDS = {
  'image-01': {
    lost_connection: { kind: 'reset', at: 'body' },
    rate_limited: { kind: 'base_resp', code: 1002, headers: { 'retry-after': '7' } },
    rejected: { kind: 'base_resp', code: 2013 },
  },
  h3: {
    lost_connection: { kind: 'reset', at: 'headers' },
    rate_limited: { kind: 'error', status: 429, retryAfterS: 7 },
    rejected: { kind: 'error', status: 400 },
  },
} as const;

describe.each([
  ['image-01 with links', call, 'url'],
  ['image-01 with base64', call, 'base64'],
  ['H3', h3Call, 'url'],
] as const)('as an image provider, %s', (_, ofFamily, format) => {
  testImageProvider(() => ({
    provider: provider({ format }),
    call: ofFamily,
    endNextCall(end) {
      if (end === 'images') return;
      const ends = ENDS[familyOf(ofFamily.request.model)];
      simulator.script({ fault: end === 'no_images' ? { kind: 'fewer_images', delivered: 0 } : ends[end] });
    },
    receivedCalls: () => simulator.calls().length,
  }));
});

test('returns links with the ids that MiniMax knows the call by', async () => {
  const outcome = await provider().generate(call);
  const link = { url: expect.stringContaining(simulator.url) };
  expect(outcome).toMatchObject({ kind: 'answered', images: [link, link] });
  expect(outcome.traceId).toBeTruthy();
  expect(outcome.responseId).toBeTruthy();
});

test('returns the bytes of a base64 answer', async () => {
  const outcome = await provider({ format: 'base64' }).generate(call);
  const [image] = outcome.kind === 'answered' ? outcome.images : [];
  expect(image && 'bytes' in image && Buffer.from(image.bytes).subarray(0, 3)).toEqual(Buffer.from([0xff, 0xd8, 0xff]));
});

test('sends the request as it was created, without other fields', async () => {
  const full = { ...request, aspect_ratio: '16:9', seed: 7, prompt_optimizer: true } as const;
  await provider().generate({ request: full, references: [] });
  expect(simulator.calls()[0]?.request).toEqual(expect.objectContaining({ ...full, response_format: 'url' }));
});

test.each([
  ['as a URL', async () => ({ url: 'https://photos.example/a.jpg' }), /^https:\/\/photos\.example\/a\.jpg$/],
  ['as base64', async () => fileOf(await readPhoto('rocket.jpg')), /^data:image\/jpeg;base64,\/9j\//],
])('sends a reference %s in place of how the request named it', async (_, load, sent) => {
  const named = { ...request, subject_reference: [{ type: 'character' as const, image_file: 'upload://x' }] };
  await provider().generate({ request: named, references: [await load()] });
  expect(simulator.calls()[0]?.request).toMatchObject({
    subject_reference: [{ type: 'character', image_file: expect.stringMatching(sent) }],
  });
});

describe('a call that provably was not accepted', () => {
  test.each([1002, 1039, 1041, 2045])('is marked as safe to retry after status code %i', async (code) => {
    simulator.script({ fault: { kind: 'base_resp', code } });
    expect(await provider().generate(call)).toMatchObject({
      kind: 'not_taken',
      errorCode: 'provider_rate_limited',
      failure: { kind: 'rate_limited', code },
    });
  });

  test('is marked as safe to retry after HTTP 429, with its Retry-After', async () => {
    simulator.script({ fault: { kind: 'http', status: 429, headers: { 'retry-after': '7' }, body: 'slow down' } });
    expect(await provider().generate(call)).toMatchObject({ kind: 'not_taken', retryAfterMs: 7_000 });
  });

  test('is marked as safe to retry after a refused connection', async () => {
    const gone = await startSimulator();
    await gone.close();
    const outcome = await provider({ baseUrl: gone.url }).generate(call);
    expect(outcome).toMatchObject({ kind: 'not_taken', errorCode: 'provider_unavailable', traceId: null });
  });
});

/** The error table of interface.md, section 7. */
const FINAL = [
  [1000, 'provider_error', 'unknown'],
  [1001, 'provider_error', 'unknown'],
  [1013, 'provider_error', 'unknown'],
  [1024, 'provider_error', 'unknown'],
  [1033, 'provider_error', 'unknown'],
  [7777, 'provider_error', 'unknown'],
  [1004, 'provider_auth', 'no'],
  [2038, 'provider_auth', 'no'],
  [2049, 'provider_auth', 'no'],
  [1008, 'provider_balance', 'no'],
  [1028, 'provider_balance', 'no'],
  [1030, 'provider_balance', 'no'],
  [2056, 'provider_balance', 'no'],
  [2061, 'provider_balance', 'no'],
  [2013, 'provider_rejected', 'no'],
  [1042, 'provider_rejected', 'no'],
  [1026, 'content_rejected', 'no'],
  [1027, 'content_rejected', 'unknown'],
] as const;

test.each(FINAL)('treats status code %i as %s without a retry, charged %s', async (code, errorCode, charged) => {
  simulator.script({ fault: { kind: 'base_resp', code, message: 'their own words' } });
  const outcome = await provider().generate(call);
  expect(outcome).toMatchObject({
    kind: 'failed',
    errorCode,
    charged,
    failure: { code, providerText: 'their own words' },
  });
  expect(outcome.kind === 'failed' && outcome.failure.message).not.toContain('their own words');
});

test.each([
  [
    'a base64 image that MiniMax does not allow',
    { kind: 'base_resp', code: 1000, message: 'disallowed image url' },
    'provider_rejected',
    'no',
  ],
  ['HTTP 400', { kind: 'http', status: 400 }, 'provider_rejected', 'no'],
  ['HTTP 401', { kind: 'http', status: 401 }, 'provider_auth', 'no'],
  ['HTTP 403', { kind: 'http', status: 403 }, 'provider_auth', 'no'],
  ['HTTP 404', { kind: 'http', status: 404, body: '<html>' }, 'provider_unavailable', 'no'],
  ['HTTP 405', { kind: 'http', status: 405 }, 'provider_unavailable', 'no'],
  ['a redirect', { kind: 'http', status: 308, headers: { location: '/' } }, 'provider_unavailable', 'no'],
  ['a proxy that wants a password', { kind: 'http', status: 407 }, 'provider_unavailable', 'no'],
  ['HTTP 404 with a base_resp', { kind: 'base_resp', code: 2013, status: 404 }, 'provider_rejected', 'no'],
  ['HTTP 422', { kind: 'http', status: 422 }, 'provider_rejected', 'no'],
  ['HTTP 502', { kind: 'http', status: 502, body: '<html>' }, 'provider_unavailable', 'unknown'],
  ['an HTTP error that holds a base_resp', { kind: 'base_resp', code: 1008, status: 500 }, 'provider_balance', 'no'],
  ['a reset', { kind: 'reset', at: 'headers' }, 'provider_unavailable', 'unknown'],
  ['a reset in the answer', { kind: 'reset', at: 'body' }, 'provider_unavailable', 'unknown'],
  ['half an answer', { kind: 'truncated_json' }, 'provider_unavailable', 'unknown'],
  ['an empty list', { kind: 'fewer_images', delivered: 0 }, 'no_images', 'unknown'],
  ['a success without data', { kind: 'null_data' }, 'no_images', 'unknown'],
  ['an answer without base_resp and images', { kind: 'no_base_resp', images: false }, 'provider_error', 'unknown'],
] as const)('treats %s as final', async (_, fault, errorCode, charged) => {
  simulator.script({ fault });
  expect(await provider().generate(call)).toMatchObject({ kind: 'failed', errorCode, charged });
});

test.each([
  ['HTTP 500', { kind: 'error', status: 500 }, 'provider_unavailable'],
  ['HTTP 503', { kind: 'error', status: 503 }, 'provider_unavailable'],
  ['HTTP 500 with a code of its own', { kind: 'error', status: 500, code: 1000 }, 'provider_error'],
  ['an error event with 500', { kind: 'stream_error', status: 500 }, 'provider_unavailable'],
] as const)('treats %s of H3 as final, with an unknown charge', async (_, fault, errorCode) => {
  simulator.script({ fault });
  expect(await provider().generate(h3Call)).toMatchObject({ kind: 'failed', errorCode, charged: 'unknown' });
});

test('accepts images without a base_resp as an answer', async () => {
  simulator.script({ fault: { kind: 'no_base_resp', images: true } });
  expect(await provider().generate(call)).toMatchObject({ kind: 'answered', images: [{}, {}] });
});

test('accepts fewer images than requested as an answer', async () => {
  simulator.script({ fault: { kind: 'fewer_images', delivered: 1 } });
  expect(await provider().generate(call)).toMatchObject({ kind: 'answered', images: [{}] });
});

test.each(['headers', 'body'] as const)(
  'times out with an unknown charge when the %s do not end in time',
  async (at) => {
    simulator.script({ fault: { kind: 'hang', at } });
    const outcome = await provider({ timeoutMs: 50 }).generate(call);
    expect(outcome).toMatchObject({ kind: 'failed', errorCode: 'provider_timeout', charged: 'unknown' });
  },
);

test.each([
  ['the wrong address', { kind: 'http', status: 404 }, true],
  ['the wrong key', { kind: 'base_resp', code: 2049 }, true],
  ['an empty account', { kind: 'base_resp', code: 1008 }, true],
  ['a portal that answers in place of MiniMax', { kind: 'http', status: 200, body: '<html>Sign in' }, true],
  ['MiniMax being down', { kind: 'http', status: 502 }, false],
  ['a refused prompt', { kind: 'base_resp', code: 1026 }, false],
  ['too many calls', { kind: 'base_resp', code: 1002 }, false],
] as const)('reports whether only the operator can fix %s: %s', async (_, fault, needsOperator) => {
  simulator.script({ fault });
  expect(await provider().generate(call)).toMatchObject({
    diagnosis: { host: new URL(simulator.url).host, needsOperator },
  });
});

test('reports a wrong key as a failure for the operator', async () => {
  expect(await provider({ apiKey: 'wrong' }).generate(call)).toMatchObject({
    errorCode: 'provider_auth',
    charged: 'no',
  });
});

test('returns an outcome for every other failure, also a bug', async () => {
  const bug = () => Promise.reject(new TypeError('a bug'));
  const client = { ...createMiniMaxClient({ apiKey: 'key' }), generateImage: bug, readAnswer: bug };
  const outcome = await createMiniMaxProvider({ client, responseFormat: 'url' }).generate(call);
  expect(outcome).toMatchObject({ kind: 'failed', errorCode: 'internal', charged: 'unknown' });
});

describe('a model of the H3 family', () => {
  const h3 = { model: 'MiniMax-H3-Image', prompt: 'a lighthouse at dawn', area: '1K', n: 3 } as const;

  test('hands out each image before the next one is read, and returns all of them', async () => {
    const arrived: unknown[] = [];
    const outcome = await provider().generate(
      { request: h3, references: [] },
      { onImage: async (image) => void arrived.push(image) },
    );
    expect(outcome).toMatchObject({ kind: 'answered', responseId: expect.any(String) });
    expect(outcome).not.toHaveProperty('failure');
    expect(outcome.kind === 'answered' && outcome.images).toHaveLength(3);
    expect(arrived).toHaveLength(3);
    expect(simulator.calls()).toMatchObject([{ h3: { request: { model: h3.model, n: 3, area: '1K', stream: true } } }]);
  });

  test('sends references in their order, as links or by value', async () => {
    const photo = await readPhoto('rocket.jpg');
    const references = [fileOf(photo), { url: 'https://photos.example/a.jpg' }];
    const files = references.map((_, i) => ({ image_file: `upload://${i}` }));
    const outcome = await provider().generate({ request: { ...h3, references: files }, references });
    expect(outcome.kind).toBe('answered');
    expect(simulator.calls()[0]?.h3?.references).toMatchObject([
      { bytes: photo.length },
      { url: 'https://photos.example/a.jpg' },
    ]);
  });

  test('is answered by the images that arrived before an error', async () => {
    simulator.script({ fault: { kind: 'stream_error', after: 2, status: 500 } });
    const outcome = await provider().generate({ request: h3, references: [] });
    expect(outcome).toMatchObject({ kind: 'answered', failure: { code: expect.any(Number) } });
    expect(outcome.kind === 'answered' && outcome.images).toHaveLength(2);
  });

  test('rejects with what the receiver of an image rejected with', async () => {
    const fault = new Error('the disk is full');
    const call = provider().generate({ request: h3, references: [] }, { onImage: () => Promise.reject(fault) });
    await expect(call).rejects.toBe(fault);
  });

  test('that is refused before the headers is not charged', async () => {
    simulator.script({ fault: { kind: 'error', status: 402 } });
    const outcome = await provider().generate({ request: h3, references: [] });
    expect(outcome).toMatchObject({ kind: 'failed', errorCode: 'provider_balance', charged: 'no' });
  });
});
