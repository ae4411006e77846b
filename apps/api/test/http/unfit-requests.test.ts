import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { JSON_BODY_MAX_BYTES } from '@darkroom/contracts';
import { GENERATION_PATH, UPLOADS_PATH } from '@darkroom/contracts/rest';
import type { HTTPMethods } from 'fastify';
import { describe, expect, test } from 'vitest';
import { shareApi } from './running-api.ts';
import { readRest, readTrpc } from './surfaces.ts';
import { bearer } from './tokens.ts';

const api = shareApi();
const json = { 'content-type': 'application/json' };
const ID = '123e4567-e89b-42d3-a456-426614174000';

const SURFACES = [
  ['REST', GENERATION_PATH, readRest],
  ['tRPC', '/trpc/image.create', readTrpc],
] as const;

describe.each(SURFACES)('a body to %s', (_, url, read) => {
  const post = async (payload: string | Buffer, headers: Record<string, string>) =>
    read(await api().server.inject({ method: 'POST', url, payload, headers: { ...bearer('1'), ...headers } }));

  test.each([
    ['not JSON', '{"model":', json],
    ['empty', '', json],
    ['a __proto__ key', '{"__proto__":{"a":1}}', json],
    ['null in place of an object', 'null', json],
    ['bytes that are not UTF-8', Buffer.from('{"model":"image-01","prompt":"\xed\xa0\x80"}', 'latin1'), json],
  ])('is invalid: %s', async (_name, payload, headers) => {
    expect(await post(payload, headers)).toMatchObject({ status: 400, error_code: 'invalid_request' });
  });

  test.each(['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'multipart/form-data'])(
    'is refused with the type %s',
    async (type) => {
      const answer = await post('{}', { 'content-type': type });
      expect(answer).toEqual({ status: 415, error_code: 'unsupported_media_type', paths: null });
    },
  );

  test('is refused unread as form data, regardless of its announced length', async () => {
    const headers = { 'content-type': 'multipart/form-data; boundary=x' };
    const answer = await post(`--x\r\ncontent-disposition: form-data; name="a"\r\n\r\nb\r\n--x--`, headers);
    expect(answer).toMatchObject({ status: 415, error_code: 'unsupported_media_type' });
  });

  test('is refused as too large above 16 MB', async () => {
    const answer = await post(`"${'a'.repeat(16 * 1024 * 1024)}"`, json);
    expect(answer).toEqual({ status: 413, error_code: 'payload_too_large', paths: null });
  });
});

test.each(['application/json', 'application/x-www-form-urlencoded'])(
  'ignores the content type %s of a request without a body',
  async (type) => {
    const headers = { 'content-type': type, 'content-length': '0', ...bearer('1') };
    const request = { model: 'image-01', prompt: 'a lighthouse at dawn' };
    const created = await api().server.inject({
      method: 'POST',
      url: GENERATION_PATH,
      payload: request,
      headers: bearer('1'),
    });
    const url = `${GENERATION_PATH}/${created.json().data.job_id}`;
    expect((await api().server.inject({ method: 'POST', url: `${url}/cancel`, headers })).statusCode).toBe(200);
    expect((await api().server.inject({ method: 'DELETE', url, headers })).statusCode).toBe(200);
  },
);

describe('an unknown path', () => {
  test.each(['/nowhere', '/api/v1/nowhere', `${GENERATION_PATH}/${ID}/nowhere`, '/trpcx', '/files', '/dev/tokens'])(
    'answers 404 for %s',
    async (url) => {
      const answer = readRest(await api().server.inject({ url, headers: bearer('1') }));
      expect(answer).toEqual({ status: 404, error_code: 'not_found', paths: null });
    },
  );

  test.each(['/trpc/image.nothing', '/trpc/nothing'])('answers 404 for %s in the tRPC error shape', async (url) => {
    const answer = readTrpc(await api().server.inject({ url, headers: bearer('1') }));
    expect(answer).toEqual({ status: 404, error_code: 'not_found', paths: null });
  });

  test.each([`${GENERATION_PATH}/%zz`, '/files/%zz', '/%'])('rejects the undecodable path %s', async (url) => {
    const answer = readRest(await api().server.inject({ url, headers: bearer('1') }));
    expect(answer).toMatchObject({ status: 400, error_code: 'invalid_request' });
  });

  test(`answers 413 for an id of 5000 characters`, async () => {
    const url = `${GENERATION_PATH}/${'a'.repeat(5_000)}`;
    const answer = readRest(await api().server.inject({ url, headers: bearer('1') }));
    expect(answer).toMatchObject({ status: 413, error_code: 'payload_too_large' });
  });
});

test('answers OPTIONS without a preflight header with an empty 204', async () => {
  const answer = await api().server.inject({ method: 'OPTIONS', url: GENERATION_PATH });
  expect(answer).toMatchObject({ statusCode: 204, body: '', headers: { 'cache-control': 'no-store' } });
});

describe('a method that a path does not support', () => {
  test.each<[HTTPMethods, string, string]>([
    ['PUT', GENERATION_PATH, 'GET, HEAD, POST'],
    ['DELETE', GENERATION_PATH, 'GET, HEAD, POST'],
    ['POST', `${GENERATION_PATH}/${ID}`, 'GET, HEAD, DELETE'],
    ['PATCH', `${GENERATION_PATH}/${ID}`, 'GET, HEAD, DELETE'],
    ['GET', `${GENERATION_PATH}/${ID}/cancel`, 'POST'],
    ['GET', UPLOADS_PATH, 'POST'],
    ['POST', '/files/a.jpg', 'GET, HEAD'],
    ['DELETE', '/health/live', 'GET, HEAD'],
    ['POST', '/health/ready', 'GET, HEAD'],
    ['PUT', '/metrics', 'GET, HEAD'],
    ['POST', '/dev/token', 'GET, HEAD'],
    ['TRACE', GENERATION_PATH, 'GET, HEAD, POST'],
  ])('answers %s %s with 405 and an Allow header', async (method, url, allow) => {
    const response = await api().server.inject({ method, url, headers: bearer('1') });
    expect(readRest(response)).toEqual({ status: 405, error_code: 'method_not_allowed', paths: null });
    expect(response.headers.allow).toBe(allow);
  });

  test.each<[HTTPMethods, string]>([
    ['GET', '/trpc/image.create'],
    ['POST', '/trpc/image.status'],
    ['PUT', '/trpc/image.create'],
    ['TRACE', '/trpc/image.create'],
  ])('answers %s %s in the tRPC error shape', async (method, url) => {
    const payload = method === 'GET' ? {} : { payload: '{}', headers: { ...json, ...bearer('1') } };
    const response = await api().server.inject({ method, url, headers: bearer('1'), ...payload });
    expect(readTrpc(response)).toMatchObject({ status: 405, error_code: 'method_not_allowed' });
  });
});

describe('a raw connection', () => {
  async function say(words: string): Promise<{ head: string; body: unknown }> {
    const { port } = new URL(await listening());
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(words);
    const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
    return { head, body: JSON.parse(body) };
  }
  let address: Promise<string> | undefined;
  const listening = () => {
    address ??= api().server.listen({ host: '127.0.0.1', port: 0 });
    return address;
  };

  test('refuses bytes that are not HTTP in the common error shape', async () => {
    const { head, body } = await say('HELLO\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 400 /);
    expect(body).toMatchObject({ code: 400, data: null, error_code: 'invalid_request', issues: [{ path: [] }] });
  });

  test.each([GENERATION_PATH, '/trpc/image.create'])(
    'answers a body that %s cannot accept and reads it to its end, so that the client gets the answer',
    async (address) => {
      const head = `POST ${address} HTTP/1.1\r\nhost: a\r\nauthorization: ${bearer('1').authorization}\r\n`;
      const size = `content-type: application/json\r\ncontent-length: ${JSON_BODY_MAX_BYTES + 1}\r\n\r\n`;
      const next = 'GET /health/live HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n';
      const { port } = new URL(await listening());
      const socket = connect(Number(port), '127.0.0.1');
      socket.write(head + size);
      socket.write(Buffer.alloc(JSON_BODY_MAX_BYTES + 1));
      socket.write(next);
      const answers = (await text(socket)).match(/HTTP\/1\.1 \d+/g);
      expect(answers).toEqual(['HTTP/1.1 413', 'HTTP/1.1 200']);
    },
  );

  test('does not answer again for unreadable bytes behind an answer', async () => {
    const address = `${GENERATION_PATH}/${'a'.repeat(5_000)}`;
    const broken = 'transfer-encoding: chunked\r\n\r\nno chunk at all\r\n\r\n';
    const { head, body } = await say(`POST ${address} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n${broken}`);
    expect(head).toMatch(/^HTTP\/1\.1 413 /);
    expect(body).toMatchObject({ data: null });
  });

  test('refuses headers above the size limit as too large', async () => {
    const { head, body } = await say(`GET / HTTP/1.1\r\nhost: a\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`);
    expect(head).toMatch(/^HTTP\/1\.1 413 /);
    expect(body).toMatchObject({ code: 413, data: null, error_code: 'payload_too_large' });
  });

  test('refuses a request without a token before reading its body', async () => {
    const unsent = 'content-type: application/json\r\ncontent-length: 5000000\r\n\r\n{';
    const { head, body } = await say(`POST ${GENERATION_PATH} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n${unsent}`);
    expect(head).toMatch(/^HTTP\/1\.1 401 /);
    expect(body).toMatchObject({ error_code: 'unauthenticated' });
  });
});
