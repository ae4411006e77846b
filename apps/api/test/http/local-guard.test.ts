import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import type { InjectOptions } from 'fastify';
import { describe, expect, test } from 'vitest';
import { openApi, shareApi } from './running-api.ts';

/** Its PUBLIC_URL is https://darkroom.example. */
const api = shareApi({ CORS_ORIGINS: 'https://app.example' });
const LOCAL = ['/dev/token?user_id=1', '/metrics'];

const statusOf = async (request: InjectOptions, { server } = api()) => (await server.inject(request)).statusCode;
const withHost = (url: string, host: string) => statusOf({ url, headers: { host } });

/** Sends these lines unchanged, and returns the status line of the answer. */
async function send(...lines: string[]): Promise<string> {
  const { port } = new URL(await listening());
  const socket = connect(Number(port), '127.0.0.1');
  socket.write(`${lines.join('\r\n')}\r\nConnection: close\r\n\r\n`);
  return (await text(socket)).split('\r\n')[0] ?? '';
}
let url: Promise<string> | undefined;
function listening(): Promise<string> {
  url ??= api().server.listen({ host: '127.0.0.1', port: 0 });
  return url;
}

describe.each(LOCAL)('the local route %s', (path) => {
  test.each([
    'localhost',
    'localhost:8080',
    'LocalHost:8080',
    'localhost.',
    'localhost.:8080',
    '127.0.0.1',
    '127.0.0.1:8080',
    '127.8.9.1:1',
    '[::1]',
    '[::1]:8080',
    '[0:0:0:0:0:0:0:1]:8080',
    'darkroom.example',
    'Darkroom.Example:443',
    'darkroom.example.',
  ])('answers the host %s', async (host) => {
    expect(await withHost(path, host)).toBe(200);
  });

  test.each([
    'evil.example.com',
    'evil.example.com:8080',
    'localhost.evil.example.com',
    'evil.localhost',
    '127.0.0.1.evil.example.com',
    '127.0.0.1.nip.io',
    'darkroom.example.evil.com',
    'evil-darkroom.example',
    'evil.com@localhost',
    'localhost:8080@evil.com',
    'localhost/evil.com',
    'localhost#.evil.com',
    'localhost\\.evil.com',
    'localhost, evil.com',
    'localhost..',
    'localhost:8080:80',
    '192.168.1.5:8080',
    '10.0.0.1',
    '0.0.0.0:8080',
    '[::]',
    '[::ffff:10.0.0.1]',
    '::1',
    '[::1',
    '128.0.0.1',
    'worker-1:8080',
    '.',
    ' ',
  ])('answers 404 for the host %j', async (host) => {
    const response = await api().server.inject({ url: path, headers: { host } });
    const nowhere = await api().server.inject({ url: '/nowhere', headers: { host } });
    expect([response.statusCode, response.body]).toEqual([404, nowhere.body]);
  });

  test.each([
    'forwarded',
    'via',
    'x-forwarded-for',
    'x-forwarded-host',
    'x-forwarded-proto',
    'x-forwarded',
    'x-real-ip',
    'x-client-ip',
    'x-cluster-client-ip',
    'x-original-forwarded-for',
    'x-original-url',
    'x-envoy-external-address',
    'x-amzn-trace-id',
    'cf-ray',
    'cf-connecting-ip',
    'cf-visitor',
    'cdn-loop',
    'true-client-ip',
    'fastly-client-ip',
    'fly-client-ip',
    'ali-cdn-real-ip',
    'x-azure-clientip',
    'tailscale-user-login',
  ])('answers 404 behind a proxy that sends %s', async (header) => {
    expect(await statusOf({ url: path, headers: { [header]: '1' } })).toBe(404);
  });

  test.each(['192.0.2.1', '10.0.0.1', '::ffff:192.0.2.1', '2001:db8::7f00:1', '::'])(
    'answers 404 to the peer address %s',
    async (remoteAddress) => {
      expect(await statusOf({ url: path, remoteAddress })).toBe(404);
    },
  );

  test.each(['127.0.0.1', '::1', '::ffff:127.0.0.1'])('answers the peer address %s', async (remoteAddress) => {
    expect(await statusOf({ url: path, remoteAddress })).toBe(200);
  });

  test.each<[string, Record<string, string>, number]>([
    ['a page of the API itself', { 'sec-fetch-site': 'same-origin' }, 200],
    [
      'a page at another port, as of a development server',
      { origin: 'http://localhost:5173', 'sec-fetch-site': 'same-site' },
      200,
    ],
    [
      'a page at the other name of this machine',
      { origin: 'http://127.0.0.1:5173', 'sec-fetch-site': 'cross-site' },
      200,
    ],
    ['a page that CORS_ORIGINS names', { origin: 'https://app.example', 'sec-fetch-site': 'cross-site' }, 200],
    ['a page at PUBLIC_URL', { origin: 'https://darkroom.example', 'sec-fetch-site': 'cross-site' }, 200],
    ['the address bar of a browser', { 'sec-fetch-site': 'none' }, 200],
    ['a page of another site', { origin: 'https://evil.example.com', 'sec-fetch-site': 'cross-site' }, 404],
    ['a page of another site in an old browser', { origin: 'https://evil.example.com' }, 404],
    ['a page of no origin', { origin: 'null' }, 404],
    ['a script or a link on another site', { 'sec-fetch-site': 'cross-site' }, 404],
    ['a page whose name begins alike', { origin: 'http://localhost.evil.example.com' }, 404],
  ])('admits pages of its own and of configured origins only: %s', async (_, headers, status) => {
    expect(await statusOf({ url: path, headers })).toBe(status);
  });

  test.each(['GET', 'HEAD', 'POST', 'PUT', 'DELETE'] as const)(
    'answers %s with 404 for a foreign host',
    async (method) => {
      expect(await statusOf({ method, url: path, headers: { host: 'evil.example.com' } })).toBe(404);
    },
  );

  test('requires exactly one host, in a request for this server', async () => {
    expect(await send(`GET ${path} HTTP/1.1`, 'Host: localhost')).toBe('HTTP/1.1 200 OK');
    expect(await send(`GET ${path} HTTP/1.1`, 'Host: localhost', 'Host: evil.example.com')).toContain(' 400 ');
    expect(await send(`GET ${path} HTTP/1.1`, 'Host: evil.example.com', 'Host: localhost')).toContain(' 400 ');
    expect(await send(`GET http://evil.example.com${path} HTTP/1.1`, 'Host: localhost')).toContain(' 404 ');
    expect(await send(`GET http://localhost${path} HTTP/1.1`, 'Host: evil.example.com')).toContain(' 404 ');
    expect(await send(`GET ${path} HTTP/1.1`, 'Host:')).toContain(' 404 ');
    expect(await send(`GET ${path} HTTP/1.0`, 'Accept: */*')).toContain(' 404 ');
  });
});

test('issues no token to pages of other origins when CORS_ORIGINS is *', async () => {
  const open = await openApi({ CORS_ORIGINS: '*' });
  const headers = { origin: 'https://evil.example.com', 'sec-fetch-site': 'cross-site' };
  for (const path of LOCAL) expect(await statusOf({ url: path, headers }, open)).toBe(404);
});

describe('the metrics route with a token', () => {
  const guarded = shareApi({ METRICS_TOKEN: 'of the operator', NODE_ENV: 'production', MINIMAX_API_KEY: 'sk-key' });
  const ask = (host: string, more: Record<string, string> = {}) =>
    statusOf({ url: '/metrics', headers: { authorization: 'Bearer of the operator', host, ...more } }, guarded());

  test.each([
    'localhost:8080',
    'darkroom.example',
    '10.0.3.4:8080',
    '[fd00::4]:8080',
    'worker-1:8080',
    'darkroom-api.default.svc:80',
    'darkroom-api.default.svc.cluster.local',
    'api.darkroom.internal',
  ])('answers at %s, as Prometheus requests it', async (host) => {
    expect(await ask(host)).toBe(200);
  });

  test.each(['evil.example.com', 'worker-1.evil.com', '10.0.3.4.nip.io', 'localhost.evil.com'])(
    'answers 404 at %s',
    async (host) => {
      expect(await ask(host)).toBe(404);
    },
  );

  test('accepts any number of spaces before the token, and requests through a proxy', async () => {
    expect(await ask('darkroom.example', { authorization: 'Bearer   of the operator' })).toBe(200);
    expect(await ask('darkroom.example', { 'x-forwarded-for': '192.0.2.1' })).toBe(200);
  });
});
