import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { GENERATION_PATH, UPLOADS_PATH } from '@darkroom/contracts/rest';
import { describe, expect, test } from 'vitest';
import { PUBLIC_URL, shareApi } from './running-api.ts';
import { readRest, readTrpc } from './surfaces.ts';
import { bearer } from './tokens.ts';

const api = shareApi();
const ID = '123e4567-e89b-42d3-a456-426614174000';
const request = { model: 'image-01', prompt: 'a lighthouse at dawn' };

let address: Promise<string> | undefined;
async function say(words: string): Promise<{ status: number; head: string; body: unknown }> {
  address ??= api().server.listen({ host: '127.0.0.1', port: 0 });
  const socket = connect({ port: Number(new URL(await address).port), host: '127.0.0.1' });
  socket.write(words);
  const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
  return { status: Number(head.slice(9, 12)), head, body: body === '' ? null : JSON.parse(body) };
}

describe('a malformed request', () => {
  const origin = `origin: ${PUBLIC_URL}\r\nconnection: close\r\n\r\n`;
  test.each([
    ['no Host', `GET ${GENERATION_PATH} HTTP/1.1\r\n`, 'Host'],
    ['two Hosts', `GET ${GENERATION_PATH} HTTP/1.1\r\nhost: a\r\nhost: b\r\n`, 'Host'],
    ['an unknown expectation', `GET ${GENERATION_PATH} HTTP/1.1\r\nhost: a\r\nexpect: x\r\n`, 'Expect'],
    ['a URL that cannot be decoded', `GET ${GENERATION_PATH}/%zz HTTP/1.1\r\nhost: a\r\n`, undefined],
    ['a URL that is not UTF-8', `GET /files/%ff HTTP/1.1\r\nhost: a\r\n`, undefined],
  ])('is refused in the common error shape, with CORS, for %s', async (_, words, field) => {
    const { head, body } = await say(words + origin);
    expect(head).toMatch(/^HTTP\/1\.1 400 /);
    expect(body).toMatchObject({
      code: 400,
      data: null,
      error_code: 'invalid_request',
      issues: [{ path: field === undefined ? [] : [field] }],
    });
    expect(head).toContain(`access-control-allow-origin: ${PUBLIC_URL}`);
    expect(head).toMatch(/^cache-control: no-store\r$/im);
    expect(head).toMatch(/^x-content-type-options: nosniff\r$/im);
  });

  test('is refused in the common error shape, with CORS, for an overlong path parameter', async () => {
    const { head, body } = await say(`GET /files/${'a'.repeat(5_000)} HTTP/1.1\r\nhost: a\r\n${origin}`);
    expect(body).toMatchObject({ code: 413, error_code: 'payload_too_large' });
    expect(head).toContain('access-control-allow-origin');
  });
});

test('refuses an undecodable tRPC path in the tRPC error shape', async () => {
  const answer = readTrpc(await api().server.inject({ url: '/trpc/%zz', headers: bearer('1') }));
  expect(answer).toMatchObject({ status: 400, error_code: 'invalid_request' });
});

test('accepts HTTP/1.0 without Host', async () => {
  expect(await say('GET /health/live HTTP/1.0\r\n\r\n')).toMatchObject({ status: 200, body: { status: 'ok' } });
});

describe('an unusual method', () => {
  test.each([
    ['PROPFIND', GENERATION_PATH, 'GET, HEAD, POST'],
    ['QUERY', `${GENERATION_PATH}/${ID}`, 'GET, HEAD, DELETE'],
    ['TRACE', `${GENERATION_PATH}/${ID}/cancel`, 'POST'],
    ['MKCOL', UPLOADS_PATH, 'POST'],
    ['PURGE', '/files/a.jpg', 'GET, HEAD'],
    ['M-SEARCH', '/health/live', 'GET, HEAD'],
    ['LOCK', '/openapi.json', 'GET, HEAD'],
    ['REPORT', '/metrics', 'GET, HEAD'],
    ['PROPFIND', '/docs', 'GET, HEAD'],
    ['PROPFIND', '/docs/json', 'GET, HEAD'],
    ['CONNECT', 'a:443', 'GET, HEAD, POST, DELETE, OPTIONS'],
    ['BREW', GENERATION_PATH, 'GET, HEAD, POST, DELETE, OPTIONS'],
  ])('answers %s %s with 405 and an Allow header', async (method, url, allow) => {
    const auth = `host: localhost\r\nauthorization: ${bearer('1').authorization}\r\nconnection: close\r\n\r\n`;
    const { status, head, body } = await say(`${method} ${url} HTTP/1.1\r\n${auth}`);
    expect(body).toMatchObject({ code: 405, error_code: 'method_not_allowed', data: null });
    expect(status).toBe(405);
    expect(/^allow: (.*)\r$/im.exec(head)?.[1]).toBe(allow);
  });

  test('requires authentication first where every known method does', async () => {
    const { status } = await say(`PROPFIND ${GENERATION_PATH} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`);
    expect(status).toBe(401);
  });

  test('answers 404 on an unknown path', async () => {
    const { status } = await say('PROPFIND /nowhere HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');
    expect(status).toBe(404);
  });
});

describe('a trailing slash', () => {
  test('is ignored on every route', async () => {
    const { server } = api();
    const headers = bearer('1');
    const created = await server.inject({ method: 'POST', url: `${GENERATION_PATH}/`, payload: request, headers });
    expect(created.statusCode).toBe(202);
    const url = `${GENERATION_PATH}/${created.json().data.job_id}`;
    expect((await server.inject({ url: `${url}/?wait_seconds=0`, headers })).statusCode).toBe(200);
    expect((await server.inject({ url: `${GENERATION_PATH}/?limit=1`, headers })).json().data.jobs).toHaveLength(1);
    expect((await server.inject({ url: '/trpc/image.list/?input=%7B%7D', headers })).statusCode).toBe(200);
    expect((await server.inject({ method: 'POST', url: `${url}/cancel/`, headers })).statusCode).toBe(200);
    expect((await server.inject({ method: 'DELETE', url: `${url}/`, headers })).statusCode).toBe(200);
    for (const path of ['/health/live/', '/health/ready/', '/openapi.json/', '/metrics/', '/dev/token/', '/docs/']) {
      expect((await server.inject(path)).statusCode, path).not.toBe(404);
    }
  });

  test.each(['PUT', 'PATCH', 'TRACE'] as const)(
    'answers %s with the same refusal as without the slash',
    async (method) => {
      const response = await api().server.inject({ method, url: `${GENERATION_PATH}/`, headers: bearer('1') });
      expect(readRest(response)).toMatchObject({ status: 405 });
      expect(response.headers.allow).toBe('GET, HEAD, POST');
    },
  );

  test('is allowed in calls from other origins', async () => {
    const headers = { origin: PUBLIC_URL, 'access-control-request-method': 'POST' };
    const response = await api().server.inject({ method: 'OPTIONS', url: `${GENERATION_PATH}/`, headers });
    expect(response.headers['access-control-allow-origin']).toBe(PUBLIC_URL);
  });
});

describe('an unknown path', () => {
  test.each([
    ['a form', 'multipart/form-data; boundary=x'],
    ['invalid JSON', 'application/json'],
    ['text', 'text/plain'],
  ])('answers 404 for a request with %s', async (_, type) => {
    const headers = { ...bearer('1'), 'content-type': type };
    const answer = await api().server.inject({ method: 'POST', url: '/nowhere', payload: '{', headers });
    expect(readRest(answer)).toMatchObject({ status: 404, error_code: 'not_found' });
  });
});
