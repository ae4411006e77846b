import { GENERATION_PATH } from '@darkroom/contracts/rest';
import { describe, expect, test } from 'vitest';
import { type Api, openApi, PUBLIC_URL, shareApi } from './running-api.ts';
import { bearer, inSeconds } from './tokens.ts';

const api = shareApi();

test.each([
  ['GET', '/health/live', {}],
  ['GET', GENERATION_PATH, bearer('1')],
  ['GET', '/nowhere', {}],
  ['GET', '/files/x', {}],
  ['POST', '/trpc/image.create', {}],
] as const)('forbids sniffing, framing and scripts on the answer to %s %s', async (method, url, headers) => {
  const response = await api().server.inject({ method, url, headers });
  expect(response.headers).toMatchObject({
    'x-content-type-options': 'nosniff',
    'content-security-policy': expect.stringContaining("default-src 'self'"),
    'referrer-policy': 'no-referrer',
  });
  expect(response.headers['x-powered-by']).toBeUndefined();
});

test.each([GENERATION_PATH, `${GENERATION_PATH}/x`, '/trpc/image.list', '/nowhere'])(
  'forbids caches to store the answer of %s',
  async (url) => {
    const response = await api().server.inject({ url, headers: bearer('1') });
    expect(response.headers['cache-control']).toBe('no-store');
  },
);

test.each(['/docs', '/docs/static/swagger-ui-bundle.js', '/docs/json'])(
  'allows %s its own scripts only and forbids framing',
  async (url) => {
    const response = await api().server.inject(url);
    expect(response.statusCode).toBe(200);
    const policy = String(response.headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'; script-src 'self';");
    expect(policy).toContain("connect-src 'self';");
    expect(policy).toContain("frame-ancestors 'none';");
    expect(response.headers).toMatchObject({
      'x-frame-options': 'SAMEORIGIN',
      'cross-origin-opener-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
    });
  },
);

test('offers a developer token on the Swagger UI page only where the API issues them', async () => {
  const script = '/docs/static/swagger-initializer.js';
  expect((await api().server.inject(script)).body).toContain('/dev/token');
  const production = await openApi({ NODE_ENV: 'production', MINIMAX_API_KEY: 'key' });
  expect((await production.server.inject(script)).body).not.toContain('/dev/token');
});

describe('CORS for pages of other origins', () => {
  const preflight = ({ server }: Api, origin: string) =>
    server.inject({
      method: 'OPTIONS',
      url: GENERATION_PATH,
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type,idempotency-key',
      },
    });

  test.each([
    ['PUBLIC_URL, by default', {}, PUBLIC_URL, PUBLIC_URL],
    ['no other origin, by default', {}, 'https://evil.example', undefined],
    [
      'the origins in CORS_ORIGINS',
      { CORS_ORIGINS: 'https://a.example, https://b.example' },
      'https://b.example',
      'https://b.example',
    ],
    ['no origin outside CORS_ORIGINS', { CORS_ORIGINS: 'https://a.example' }, 'https://a.example.evil', undefined],
    ['every origin with CORS_ORIGINS=*', { CORS_ORIGINS: '*' }, 'https://any.example', '*'],
  ])('allows calls from %s', async (_, env, origin, allowed) => {
    const other = await openApi(env);
    const response = await preflight(other, origin);
    expect(response.statusCode).toBeLessThan(300);
    expect(response.headers['access-control-allow-origin']).toBe(allowed);
    const asked = await other.server.inject({ url: GENERATION_PATH, headers: { origin, ...bearer('1') } });
    expect(asked.headers['access-control-allow-origin']).toBe(allowed);
    if (allowed) {
      expect(response.headers['access-control-allow-headers']).toBe('authorization,content-type,idempotency-key');
      expect(response.headers['access-control-allow-methods']).toBe('GET, HEAD, POST, DELETE');
      expect(asked.headers['access-control-expose-headers']).toContain('retry-after');
    }
    expect(asked.headers['access-control-allow-credentials']).toBeUndefined();
  });
});

describe('the client address behind proxies', () => {
  test.each([
    ['trusts no X-Forwarded-For by default', {}, '192.0.2.1'],
    ['trusts the X-Forwarded-For of a proxy in TRUST_PROXY', { TRUST_PROXY: 'loopback, 192.0.2.0/24' }, '203.0.113.9'],
    ['ignores the X-Forwarded-For of a proxy outside TRUST_PROXY', { TRUST_PROXY: '198.51.100.7' }, '192.0.2.1'],
    ['trusts every proxy with TRUST_PROXY=true', { TRUST_PROXY: 'true' }, '198.51.100.1'],
  ])('%s', async (_, env, caller) => {
    const { server } = await openApi(env);
    const seen: string[] = [];
    server.addHook('onRequest', async ({ ip }) => void seen.push(ip));
    const headers = { 'x-forwarded-for': '198.51.100.1, 203.0.113.9' };
    await server.inject({ url: '/health/live', remoteAddress: '192.0.2.1', headers });
    expect(seen).toEqual([caller]);
  });
});

describe('the health routes', () => {
  test('report live at once and ready once the workers have started', async () => {
    const { app, server } = await openApi();
    expect((await server.inject('/health/live')).json()).toEqual({ status: 'ok' });
    expect((await server.inject('/health/ready')).json()).toEqual({ status: 'unavailable', reason: 'starting' });
    await app.start();
    expect((await server.inject('/health/ready')).statusCode).toBe(200);
  });

  test('report live and not ready during a drain', async () => {
    const draining = await openApi();
    await draining.app.drain();
    expect((await draining.server.inject('/health/live')).statusCode).toBe(200);
    const ready = await draining.server.inject('/health/ready');
    expect(ready.statusCode).toBe(503);
    expect(ready.json()).toEqual({ status: 'unavailable', reason: 'draining' });
  });
});

describe('the route for developer tokens', () => {
  test('issues a token that the API accepts', async () => {
    const { token } = (await api().server.inject('/dev/token?user_id=42&star_id=7')).json();
    const request = { model: 'image-01', prompt: 'a lighthouse at dawn' };
    const headers = { authorization: `Bearer ${token}` };
    const response = await api().server.inject({ method: 'POST', url: GENERATION_PATH, payload: request, headers });
    expect(response.json()).toMatchObject({ code: 202, message: '任务已创建', data: { user_id: '42', star_id: '7' } });
    const { exp } = JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString());
    expect(exp).toBeGreaterThan(inSeconds(60));
  });

  test('sets the issuer and the audience that the API checks', async () => {
    const { server } = await openApi({ JWT_ISSUER: 'https://id.example', JWT_AUDIENCE: 'darkroom' });
    const { token } = (await server.inject('/dev/token')).json();
    const headers = { authorization: `Bearer ${token}` };
    expect((await server.inject({ url: GENERATION_PATH, headers })).statusCode).toBe(200);
  });

  test.each(['x', '-1', '1.5', '9223372036854775808'])('rejects %s, which is not a valid id', async (id) => {
    for (const path of ['user_id', 'star_id']) {
      const response = await api().server.inject(`/dev/token?${path}=${id}`);
      expect(response.json()).toMatchObject({ code: 400, error_code: 'invalid_request', issues: [{ path: [path] }] });
    }
  });

  test.each([{ HOST: '0.0.0.0' }, { NODE_ENV: 'production', MINIMAX_API_KEY: 'key' }])(
    'is absent with %j',
    async (env) => {
      const response = await (await openApi(env)).server.inject('/dev/token?user_id=1');
      expect(response.statusCode).toBe(404);
    },
  );
});
