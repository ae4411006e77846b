import { GENERATION_PATH, UPLOADS_PATH } from '@darkroom/contracts/rest';
import type { InjectOptions } from 'fastify';
import { describe, expect, test } from 'vitest';
import { openApi, shareApi } from './running-api.ts';
import { ecKey, jwkOf, serveKeys, tokenBy } from './signing-keys.ts';
import { bearer, inSeconds, signPayload, tokenOf } from './tokens.ts';

const api = shareApi({ JWT_ISSUER: 'https://id.example', CORS_ORIGINS: 'https://app.example' });
const iss = 'https://id.example';
const claims = { iss, user_id: '1' };

const challengeFor = async (authorization: string | undefined, { server } = api()) => {
  const headers = authorization === undefined ? {} : { authorization };
  const response = await server.inject({ url: GENERATION_PATH, headers });
  expect(response.statusCode).toBe(401);
  return response.headers['www-authenticate'];
};

const ROUTES: InjectOptions[] = [
  { method: 'GET', url: GENERATION_PATH },
  { method: 'POST', url: GENERATION_PATH, payload: { prompt: 'a' } },
  { method: 'GET', url: `${GENERATION_PATH}/x` },
  { method: 'DELETE', url: `${GENERATION_PATH}/x` },
  { method: 'POST', url: `${GENERATION_PATH}/x/cancel` },
  { method: 'PUT', url: GENERATION_PATH },
  {
    method: 'POST',
    url: UPLOADS_PATH,
    headers: { 'content-type': 'multipart/form-data; boundary=a' },
    payload: '--a--',
  },
  { method: 'GET', url: '/trpc/image.list' },
  { method: 'POST', url: '/trpc/image.create', payload: {} },
  { method: 'GET', url: '/trpc/image.list,image.list?batch=1&input={}' },
];

describe('every 401 answer carries a WWW-Authenticate challenge', () => {
  test.each(ROUTES)('challenges $method $url', async (request) => {
    const without = await api().server.inject(request);
    expect([without.statusCode, without.headers['www-authenticate']]).toEqual([401, 'Bearer']);

    const authorization = `Bearer ${tokenOf({ ...claims, exp: inSeconds(-60) })}`;
    const expired = await api().server.inject({ ...request, headers: { ...request.headers, authorization } });
    const told = 'Bearer error="invalid_token", error_description="The token has expired"';
    expect([expired.statusCode, expired.headers['www-authenticate']]).toEqual([401, told]);
  });

  test('exposes the challenge to browsers on pages of other origins', async () => {
    const headers = { origin: 'https://app.example' };
    const response = await api().server.inject({ url: GENERATION_PATH, headers });
    expect(response.headers['access-control-expose-headers']).toMatch(/\bwww-authenticate\b/i);
  });

  test('sends no challenge with an answer other than 401', async () => {
    const { server } = api();
    const preflight = { origin: 'https://app.example', 'access-control-request-method': 'POST' };
    const answers = await Promise.all([
      server.inject({ method: 'OPTIONS', url: GENERATION_PATH, headers: preflight }),
      server.inject({ url: GENERATION_PATH, headers: { authorization: `Bearer ${tokenOf(claims)}` } }),
      server.inject('/nowhere'),
    ]);
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([204, 200, 404]);
    expect(answers.map(({ headers }) => headers['www-authenticate'])).toEqual([undefined, undefined, undefined]);
  });
});

/** The header that is sent, the description that the caller gets, and the reason that is counted. */
const REFUSALS: [name: string, authorization: () => string | undefined, told: string | null, reason: string][] = [
  ['no token', () => undefined, null, 'missing'],
  ['another scheme', () => 'Basic YTpi', null, 'missing'],
  ['a token without a scheme', () => tokenOf(claims), null, 'missing'],
  ['a token of one part', () => 'Bearer garbage', 'The token is malformed', 'malformed'],
  ['a token of three unreadable parts', () => 'Bearer a.b.c', 'The token is malformed', 'malformed'],
  ['two tokens', () => `Bearer ${tokenOf(claims)} ${tokenOf(claims)}`, 'The token is malformed', 'malformed'],
  [
    'an expired token',
    () => `Bearer ${tokenOf({ ...claims, exp: inSeconds(-60) })}`,
    'The token has expired',
    'expired',
  ],
  [
    'a token before its nbf',
    () => `Bearer ${tokenOf({ ...claims, nbf: inSeconds(60) })}`,
    'The token is not yet valid',
    'not_yet_valid',
  ],
  [
    'a token by another secret',
    () => `Bearer ${signPayload(JSON.stringify({ ...claims, exp: inSeconds(60) }), { secret: 'x'.repeat(32) })}`,
    'The signature does not match',
    'signature',
  ],
  [
    'a token of another algorithm',
    () => `Bearer ${tokenBy(ecKey(), JSON.stringify({ ...claims, exp: inSeconds(60) }))}`,
    'The algorithm is not accepted',
    'algorithm',
  ],
  [
    'a token of another issuer',
    () => `Bearer ${tokenOf({ ...claims, iss: 'x' })}`,
    'The claims are not accepted',
    'claims',
  ],
  [
    'a token without an expiry',
    () => `Bearer ${signPayload(JSON.stringify(claims))}`,
    'The claims are not accepted',
    'claims',
  ],
  ['a token without a user', () => `Bearer ${tokenOf({ iss })}`, 'The claims are not accepted', 'claims'],
];

describe('the reason why a token was rejected', () => {
  test.each(REFUSALS)(
    'is returned for %s by its class, counted, and logged at debug level',
    async (_, send, told, reason) => {
      const own = await openApi({ JWT_ISSUER: iss });
      const authorization = send();
      const challenge = told === null ? 'Bearer' : `Bearer error="invalid_token", error_description="${told}"`;
      expect(await challengeFor(authorization, own)).toBe(challenge);

      const { body } = await own.server.inject('/metrics');
      const counted = [...body.matchAll(/^darkroom_unauthenticated_total\{reason="(\w+)"\} (\d+)$/gm)];
      expect(counted).toHaveLength(8);
      for (const [, name, count] of counted) expect([name, count]).toEqual([name, name === reason ? '1' : '0']);

      const lines = own.logged().filter(({ msg }) => msg === 'request is unauthenticated');
      expect(lines).toMatchObject([{ level: 20, reason }]);
      if (authorization?.startsWith('Bearer ')) {
        for (const part of authorization.slice(7).split('.')) {
          if (part.length > 20) expect(own.logLines.join()).not.toContain(part);
        }
      }
    },
  );

  test('is logged in detail', async () => {
    const own = await openApi({ JWT_ISSUER: iss });
    await challengeFor(`Bearer ${tokenOf({ ...claims, iss: 'https://other.example' })}`, own);
    await challengeFor(`Bearer ${tokenOf({ ...claims, user_id: -1 })}`, own);
    expect(own.logged().filter(({ msg }) => msg === 'request is unauthenticated')).toMatchObject([
      { detail: 'The iss claim value is not allowed.' },
      { detail: 'not accepted: user_id' },
    ]);
    expect(own.logLines.join()).not.toContain('other.example');
  });

  test('names an unknown key or algorithm of a key set, while an unavailable key set answers 503', async () => {
    const key = ecKey();
    const keyServer = await serveKeys(jwkOf(key, { kid: 'a' }));
    const own = await openApi({ JWT_SECRET: '', JWT_JWKS_URL: keyServer.url });
    const payload = JSON.stringify({ user_id: '1', exp: inSeconds(60) });
    expect(await challengeFor(`Bearer ${tokenBy(key, payload, { kid: 'b' })}`, own)).toContain(
      '"The signing key is not known"',
    );
    expect(await challengeFor(`Bearer ${tokenOf({ user_id: '1' })}`, own)).toContain('"The algorithm is not accepted"');
    expect(await challengeFor(`Bearer ${tokenBy(ecKey(), payload, { kid: 'a' })}`, own)).toContain(
      '"The signature does not match"',
    );

    const emptyServer = await serveKeys();
    emptyServer.answer = (response) => void response.writeHead(500).end();
    const away = await openApi({ JWT_SECRET: '', JWT_JWKS_URL: emptyServer.url });
    const headers = { authorization: `Bearer ${tokenBy(key, payload, { kid: 'a' })}` };
    const response = await away.server.inject({ url: GENERATION_PATH, headers });
    expect([response.statusCode, response.headers['www-authenticate']]).toEqual([503, undefined]);
  });
});

test('answers a wrong metrics token with 404 and no challenge, like an unknown path', async () => {
  const { server } = await openApi({ METRICS_TOKEN: 'of the operator' });
  const response = await server.inject({ url: '/metrics', headers: bearer('1') });
  expect([response.statusCode, response.headers['www-authenticate']]).toEqual([404, undefined]);
});
