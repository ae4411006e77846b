import { type ScenarioInput, type Simulator, startSimulator } from '@darkroom/minimax-simulator';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import {
  createMiniMaxClient,
  type GeneratedImages,
  MiniMaxError,
  type MiniMaxErrorKind,
  type Taken,
} from '../src/index.ts';

const NOW_MS = Date.parse('2026-11-22T10:00:00Z');
let simulator: Simulator;

beforeAll(async () => {
  simulator = await startSimulator({ images: 'plain' });
});
afterEach(() => simulator.reset());
afterAll(() => simulator.close());

function call(fault: ScenarioInput['fault']): Promise<GeneratedImages> {
  simulator.script({ fault });
  const clock = { now: () => NOW_MS, sleep: () => new Promise<void>(() => {}) };
  const client = createMiniMaxClient({ apiKey: 'key', baseUrl: simulator.url, clock });
  return client.generateImage({ model: 'image-01', prompt: 'a red fox' });
}

/** Makes a call that is answered with this body. */
const answerWith = (body: unknown, status = 200) => call({ kind: 'http', status, body: JSON.stringify(body) });

async function failWith(fault: ScenarioInput['fault']): Promise<MiniMaxError> {
  const error = await call(fault).catch((thrown: unknown) => thrown);
  if (!MiniMaxError.isInstance(error)) throw new Error('Expected a MiniMaxError.', { cause: error });
  expect(simulator.calls()).toHaveLength(1);
  return error;
}

const STATUS_CODES: [number | string, MiniMaxErrorKind, Taken][] = [
  [1000, 'error', 'unknown'],
  [1001, 'error', 'unknown'],
  [1002, 'rate_limited', 'no'],
  [1004, 'auth', 'no'],
  [1008, 'balance', 'no'],
  [1013, 'error', 'unknown'],
  [1024, 'error', 'unknown'],
  [1026, 'content_input', 'no'],
  [1027, 'content_output', 'unknown'],
  [1028, 'balance', 'no'],
  [1030, 'balance', 'no'],
  [1033, 'error', 'unknown'],
  [1039, 'rate_limited', 'no'],
  [1041, 'rate_limited', 'no'],
  [1042, 'rejected', 'no'],
  [2013, 'rejected', 'no'],
  [2038, 'auth', 'no'],
  [2045, 'rate_limited', 'no'],
  [2049, 'auth', 'no'],
  [2056, 'balance', 'no'],
  [2061, 'balance', 'no'],
  [9999, 'error', 'unknown'],
  ['1002', 'rate_limited', 'no'],
];

test.each(STATUS_CODES)('maps base_resp %s to %s, taken: %s', async (code, kind, taken) => {
  const error = await failWith({ kind: 'base_resp', code, message: 'as they say' });
  expect(error).toMatchObject({
    kind,
    taken,
    statusCode: Number(code),
    httpStatus: 200,
    providerMessage: 'as they say',
  });
  expect(error.traceId).toMatch(/^[0-9a-f]{32}$/);
  expect(error.responseId).toBe(error.traceId);
  expect(error.message).toBe(`MiniMax: base_resp ${code} from ${new URL(simulator.url).host}`);
});

test('cuts the message of the provider at 1000 characters', async () => {
  const error = await failWith({ kind: 'base_resp', code: 2013, message: 'x'.repeat(100_000) });
  expect(error.providerMessage).toHaveLength(1000);
});

test('maps base_resp 1000 about a disallowed image URL to a rejection', async () => {
  const error = await failWith({ kind: 'base_resp', code: 1000, message: 'Disallowed image URL' });
  expect(error).toMatchObject({ kind: 'rejected', taken: 'no' });
});

const HTTP_STATUSES: [number, MiniMaxErrorKind, Taken][] = [
  [301, 'misdirected', 'no'],
  [302, 'misdirected', 'no'],
  [303, 'misdirected', 'no'],
  [304, 'bad_answer', 'unknown'],
  [307, 'misdirected', 'no'],
  [308, 'misdirected', 'no'],
  [400, 'rejected', 'no'],
  [401, 'auth', 'no'],
  [403, 'auth', 'no'],
  [404, 'misdirected', 'no'],
  [405, 'misdirected', 'no'],
  [407, 'misdirected', 'no'],
  [410, 'misdirected', 'no'],
  [408, 'bad_answer', 'unknown'],
  [413, 'rejected', 'no'],
  [422, 'rejected', 'no'],
  [429, 'rate_limited', 'no'],
  [500, 'bad_answer', 'unknown'],
  [501, 'misdirected', 'no'],
  [511, 'misdirected', 'no'],
  [502, 'bad_answer', 'unknown'],
  [504, 'bad_answer', 'unknown'],
];

test.each(HTTP_STATUSES)('maps HTTP %i without base_resp to %s, taken: %s', async (status, kind, taken) => {
  const headers = { location: `${simulator.url}/v1/image_generation` };
  const error = await failWith({ kind: 'http', status, headers, body: '<html>Oops</html>' });
  expect(error).toMatchObject({ kind, taken, httpStatus: status });
  expect(error.message).toBe(`MiniMax: HTTP ${status} from ${new URL(simulator.url).host}`);
});

test('maps HTTP 404 with base_resp 2013 to a rejection', async () => {
  const error = await failWith({ kind: 'base_resp', code: 2013, status: 404 });
  expect(error).toMatchObject({ kind: 'rejected', taken: 'no', httpStatus: 404 });
});

test('lets a base_resp take precedence over the HTTP status', async () => {
  const busy = await failWith({ kind: 'base_resp', code: 1002, status: 500 });
  expect(busy).toMatchObject({ kind: 'rate_limited', taken: 'no', httpStatus: 500 });
  simulator.reset();
  const broken = await failWith({ kind: 'base_resp', code: 1000, status: 429 });
  expect(broken).toMatchObject({ kind: 'error', taken: 'unknown' });
});

test.each([400, 429, 500])('resolves without images for HTTP %i with base_resp 0', async (status) => {
  const body = { data: { image_urls: [] }, base_resp: { status_code: 0 } };
  expect(await answerWith(body, status)).toMatchObject({ images: [] });
});

test.each<[number, number | string | undefined]>([
  [200, 1002],
  [200, '2045'],
  [200, 1008],
  [429, 1002],
  [500, 0],
  [429, undefined],
])('resolves with the images of an answer despite HTTP %i, base_resp %s', async (status, code) => {
  const body = { data: { image_urls: ['http://a/1'] }, base_resp: code !== undefined && { status_code: code } };
  expect(await answerWith(body, status)).toMatchObject({ images: [{ url: 'http://a/1' }] });
});

test.each([1026, 1027])('withholds images that content moderation blocked with %i', async (code) => {
  const body = { data: { image_urls: ['http://a/1'] }, base_resp: { status_code: code } };
  await expect(answerWith(body, 200)).rejects.toMatchObject({ statusCode: code });
});

test('reports the error beside a list without any image', async () => {
  const body = { data: { image_urls: ['', null] }, base_resp: { status_code: 1002 } };
  const error = await failWith({ kind: 'http', status: 200, body: JSON.stringify(body) });
  expect(error).toMatchObject({ kind: 'rate_limited', taken: 'no' });
});

test.each<[string, ScenarioInput['fault'], MiniMaxErrorKind]>([
  ['HTML under 200', { kind: 'http', status: 200, body: '<html>Hello</html>' }, 'bad_answer'],
  ['an empty body', { kind: 'http', status: 200 }, 'bad_answer'],
  ['half of the JSON', { kind: 'truncated_json' }, 'bad_answer'],
  ['neither base_resp nor images', { kind: 'no_base_resp', images: false }, 'error'],
])('reports an answer with %s as possibly taken', async (_what, fault, kind) => {
  expect(await failWith(fault)).toMatchObject({ kind, taken: 'unknown', httpStatus: 200 });
});

test.each([[[]], [null], ['ok'], [5]])(
  'reads JSON other than an object (%j) as an answer without base_resp or images',
  async (body) => {
    const error = await failWith({ kind: 'http', status: 200, body: JSON.stringify(body) });
    expect(error).toMatchObject({
      kind: 'error',
      taken: 'unknown',
      message: 'MiniMax: neither base_resp nor images',
    });
  },
);

test('removes U+0000 from texts, and drops status codes beyond 32-bit integers', async () => {
  const body = { id: 'a\0b', base_resp: { status_code: 1002, status_msg: 'busy\0' } };
  await expect(answerWith(body, 200)).rejects.toMatchObject({
    responseId: 'ab',
    statusCode: 1002,
    providerMessage: 'busy',
  });
  for (const status_code of [3_000_000_000, '99999999999']) {
    simulator.reset();
    const error = await answerWith({ base_resp: { status_code } }, 200).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ kind: 'error', taken: 'unknown', statusCode: undefined });
  }
});

test('reads errors and images beside malformed fields', async () => {
  const odd = { id: 7, data: [], metadata: 'none', base_resp: { status_code: 1002, status_msg: null } };
  const error = await failWith({ kind: 'http', status: 200, body: JSON.stringify(odd) });
  expect(error).toMatchObject({ kind: 'rate_limited', taken: 'no' });

  simulator.reset();
  const paid = {
    id: 7,
    data: { image_urls: ['http://a/1', null, ''] },
    metadata: { failed_count: 'x' },
    base_resp: 'ok',
  };
  expect(await answerWith(paid)).toMatchObject({
    id: null,
    images: [{ url: 'http://a/1' }],
    failedCount: null,
  });
});

test.each([
  [{ image_urls: '', image_base64: ['/9j/'] }, { base64: '/9j/' }],
  [{ image_urls: ['http://a/1'], image_base64: {} }, { url: 'http://a/1' }],
  [{ image_urls: 7, image_base64: ['data:image/jpeg;base64,/9j/'] }, { base64: '/9j/' }],
])('reads the images of one list when the other is malformed: %j', async (data, image) => {
  expect(await answerWith({ data, base_resp: { status_code: 0 } })).toMatchObject({ images: [image] });
});

test('accepts JSON that begins with a byte-order mark', async () => {
  const body = `\ufeff${JSON.stringify({ data: { image_urls: ['http://a/1'] } })}`;
  expect(await call({ kind: 'http', status: 200, body })).toMatchObject({ images: [{ url: 'http://a/1' }] });
});

test.each([
  ['30', 30_000],
  ['Sun, 22 Nov 2026 10:00:42 GMT', 42_000],
  ['Sun, 22 Nov 2026 09:00:00 GMT', 0],
  ['soon', undefined],
])('parses Retry-After %s', async (header, retryAfterMs) => {
  const error = await failWith({ kind: 'http', status: 429, headers: { 'retry-after': header } });
  expect(error.retryAfterMs).toBe(retryAfterMs);
});

test('parses Retry-After beside a base_resp', async () => {
  const error = await failWith({ kind: 'base_resp', code: 1002, headers: { 'retry-after': '5' } });
  expect(error).toMatchObject({ kind: 'rate_limited', retryAfterMs: 5_000 });
});
