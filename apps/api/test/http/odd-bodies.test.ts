import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { ISSUES_MAX, JSON_BODY_MAX_BYTES } from '@darkroom/contracts';
import { GENERATION_PATH, UPLOADS_PATH } from '@darkroom/contracts/rest';
import { EXPENSIVE_BODIES } from '@darkroom/test-kit/client/expensive-bodies';
import { beforeAll, describe, expect, test } from 'vitest';
import { shareApi } from './running-api.ts';
import { readRest, readTrpc } from './surfaces.ts';
import { bearer } from './tokens.ts';

const api = shareApi({ RATE_LIMIT_PER_MINUTE: '0', USER_ACTIVE_LIMIT: '1000' });
const IMAGE_REQUEST = { model: 'image-01', prompt: 'a lighthouse at dawn' };
const json = { 'content-type': 'application/json' };

const SURFACES = [
  ['REST', GENERATION_PATH, readRest],
  ['tRPC', '/trpc/image.create', readTrpc],
] as const;

function post(url: string, payload: string | Buffer, headers: Record<string, string> = {}) {
  return api().server.inject({ method: 'POST', url, payload, headers: { ...bearer('1'), ...json, ...headers } });
}

describe('a compressed body is refused with the name of its encoding', () => {
  test.each(SURFACES)('refuses it on %s', async (_name, url) => {
    const body = JSON.stringify(IMAGE_REQUEST);
    for (const [encoding, payload] of [
      ['gzip', gzipSync(body)],
      ['br', brotliCompressSync(body)],
      ['deflate', deflateSync(body)],
      ['zstd', body],
      ['GZIP', gzipSync(body)],
      ['identity, gzip', gzipSync(body)],
    ] as const) {
      const response = await post(url, payload, { 'content-encoding': encoding });
      expect(response.statusCode).toBe(415);
      expect(response.body).toContain('unsupported_media_type');
      expect(response.body).toContain(`Content-Encoding: ${encoding.split(', ').at(-1)}`);
    }
  });

  test('refuses it on an upload', async () => {
    const headers = { 'content-encoding': 'gzip', 'content-type': 'multipart/form-data; boundary=x' };
    const response = await post(UPLOADS_PATH, gzipSync('--x--'), headers);
    expect(response.json()).toMatchObject({ code: 415, error_code: 'unsupported_media_type' });
    expect(response.json().message).toContain('gzip');
  });

  test('limits the name in the message to bounded, printable text', async () => {
    const response = await post(GENERATION_PATH, '{}', { 'content-encoding': `x"<script>${'a'.repeat(500)}` });
    expect(response.statusCode).toBe(415);
    expect(response.json().message.length).toBeLessThan(120);
    expect(response.json().message).not.toMatch(/["<>]/);
  });

  test('accepts the encoding identity, and any encoding without a body', async () => {
    for (const encoding of ['identity', 'Identity', '', 'identity,identity']) {
      expect(
        (await post(GENERATION_PATH, JSON.stringify(IMAGE_REQUEST), { 'content-encoding': encoding })).statusCode,
      ).toBe(202);
    }
    const headers = { ...bearer('1'), 'content-encoding': 'gzip' };
    expect((await api().server.inject({ url: GENERATION_PATH, headers })).statusCode).toBe(200);
  });
});

describe('chunked bodies', () => {
  let address: string;
  beforeAll(async () => {
    address = await api().server.listen({ host: '127.0.0.1', port: 0 });
  });

  async function send(method: string, path: string, headers: Record<string, string>, chunks: string[]) {
    const outgoing = request(address + path, {
      method,
      headers: { ...bearer('1'), 'transfer-encoding': 'chunked', ...headers },
    });
    const answered = new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
      outgoing.on('error', reject);
      outgoing.on('response', (response) => {
        void text(response).then((body) => resolve({ status: response.statusCode, body }));
      });
    });
    for (const chunk of chunks) outgoing.write(chunk);
    outgoing.end();
    return answered;
  }

  const TYPES: [string, Record<string, string>][] = [
    ['no type', {}],
    ['application/json', json],
    ['text/plain', { 'content-type': 'text/plain' }],
    ['application/octet-stream', { 'content-type': 'application/octet-stream' }],
    ['application/x-www-form-urlencoded', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['multipart/form-data', { 'content-type': 'multipart/form-data; boundary=x' }],
  ];

  test.each(TYPES)('accepts an empty body of %s on cancel and delete as no body', async (_name, headers) => {
    const created = (await post(GENERATION_PATH, JSON.stringify(IMAGE_REQUEST))).json();
    const one = `${GENERATION_PATH}/${created.data.job_id}`;
    expect(await send('POST', `${one}/cancel`, headers, [])).toMatchObject({ status: 200 });
    expect(await send('DELETE', one, headers, [])).toMatchObject({ status: 200 });
  });

  test('refuses a body of another type at its first byte', async () => {
    const answer = await send('POST', GENERATION_PATH, { 'content-type': 'text/plain' }, ['{', 'a'.repeat(100_000)]);
    expect(answer.status).toBe(415);
    expect(JSON.parse(answer.body)).toMatchObject({ error_code: 'unsupported_media_type' });
  });
});

describe.each(SURFACES)('the most expensive bodies on %s', (_name, url, read) => {
  test.each(EXPENSIVE_BODIES)('get a small error: %s', async (_body, build) => {
    const body = build();
    expect(body.length).toBeLessThanOrEqual(JSON_BODY_MAX_BYTES);
    const response = await post(url, body);
    const answer = read(response);
    expect(answer).toMatchObject({ status: 400, error_code: 'invalid_request' });
    expect('paths' in answer && answer.paths?.length).toBeLessThanOrEqual(ISSUES_MAX);
    expect(response.body.length).toBeLessThan(8_192);
  });
});

test.each(SURFACES)(
  'refuses on %s a body of too much structure, even where a parser would read a valid create',
  async (_name, url, read) => {
    const body = `{"model":"image-01","prompt":"a lighthouse"${',"seed":1'.repeat(6_000)}}`;
    expect(read(await post(url, body))).toEqual({ status: 400, error_code: 'invalid_request', paths: [''] });
  },
);

test('answers a batch of ten expensive calls with a small error', async () => {
  const call = `{${Array.from({ length: 90 }, (_, i) => `"${i}${'k'.repeat(200)}":1`)}}`;
  const names = Array(10).fill('image.create').join(',');
  const body = `{${Array.from({ length: 10 }, (_, i) => `"${i}":${call}`).join(',')}}`;
  const response = await post(`/trpc/${names}?batch=1`, body);
  expect(response.json()).toHaveLength(10);
  expect(response.body.length).toBeLessThan(10 * 8_192);
});

test('answers expensive query inputs and query strings with small errors', async () => {
  const keys = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`k${i}`, 1]));
  const input = encodeURIComponent(JSON.stringify({ job_id: 'x', ...keys }));
  const onTrpc = await api().server.inject({ url: `/trpc/image.status?input=${input}`, headers: bearer('1') });
  expect(readTrpc(onTrpc)).toMatchObject({ status: 400, paths: [''] });
  const long = `limit=${'9'.repeat(5_000)}&cursor=${'a'.repeat(5_000)}&star_id=${'1'.repeat(4_000)}`;
  const onRest = await api().server.inject({ url: `${GENERATION_PATH}?${long}`, headers: bearer('1') });
  expect(readRest(onRest)).toMatchObject({ status: 400, paths: ['limit', 'cursor', 'star_id'] });
  expect(onRest.body.length).toBeLessThan(1_024);
});
