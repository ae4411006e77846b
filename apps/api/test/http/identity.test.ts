import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { deflateRawSync } from 'node:zlib';
import { GENERATION_PATH, UPLOADS_PATH } from '@darkroom/contracts/rest';
import type { InjectOptions } from 'fastify';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { shareApi } from './running-api.ts';
import { bothSurfaces } from './surfaces.ts';
import { inSeconds, signPayload, tokenOf } from './tokens.ts';

const api = shareApi({ JWT_ISSUER: 'https://id.example', JWT_AUDIENCE: 'darkroom', USER_ACTIVE_LIMIT: '1000' });
const claims = { iss: 'https://id.example', aud: 'darkroom' };
const request = { model: 'image-01', prompt: 'a lighthouse at dawn' };

/** A payload with the id written exactly as given, because JavaScript numbers cannot hold every id. */
const payloadWith = (id: string) =>
  `{"iss":"https://id.example","aud":"darkroom","exp":${inSeconds(600)},"user_id":${id}}`;

/** The user that both API surfaces see, or their refusal as unauthenticated. */
async function whoIs(authorization: string | undefined): Promise<unknown> {
  const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
  const viewers = [];
  for (const surface of bothSurfaces(api().server)) {
    const answer = surface.read(await surface.create(request, headers));
    viewers.push('data' in answer ? answer.data : answer);
  }
  const [rest, trpc] = viewers;
  expect(trpc).toMatchObject(Object(pick(rest)));
  return pick(rest);
}

function pick(answer: unknown): unknown {
  const { user_id, star_id, ...refusal } = Object(answer);
  return user_id === undefined ? refusal : { user_id, star_id };
}

/** The same token with another header and its old signature. */
function exchangeHeader(token: string, header: object): string {
  return token.replace(/^[^.]+/, Buffer.from(JSON.stringify(header)).toString('base64url'));
}

const nobody = { status: 401, error_code: 'unauthenticated', paths: null };
const good = tokenOf({ ...claims, user_id: '1' });

describe('rejected authentication', () => {
  test.each([
    ['without a header', undefined],
    ['with an empty header', ''],
    ['with another scheme', `Basic ${good}`],
    ['with a bare token', good],
    ['with garbage', 'Bearer garbage'],
    ['with three parts of garbage', 'Bearer a.b.c'],
    ['with two tokens', `Bearer ${good} ${good}`],
    ['with a token signed by another key', `Bearer ${signPayload(payloadWith('1'), { secret: 'x'.repeat(32) })}`],
    ['with a token of alg none', `Bearer ${signPayload(payloadWith('1'), { alg: 'none' })}`],
    [
      'with a token of alg none and no signature',
      `Bearer ${signPayload(payloadWith('1'), { alg: 'none' }).replace(/[^.]+$/, '')}`,
    ],
    ['with a token that names another algorithm', `Bearer ${exchangeHeader(good, { alg: 'HS512' })}`],
    ['with a tab for a space', `Bearer\t${good}`],
    ['with no space', `Bearer${good}`],
    ['with a token that names an asymmetric algorithm', `Bearer ${signPayload(payloadWith('1'), { alg: 'RS256' })}`],
    [
      'with a token that was altered after it was signed',
      `Bearer ${good.replace(/\.[^.]+\./, `.${Buffer.from(payloadWith('2')).toString('base64url')}.`)}`,
    ],
    ['with an expired token', `Bearer ${tokenOf({ ...claims, user_id: '1', exp: inSeconds(-60) })}`],
    ['with a token that never expires', `Bearer ${signPayload(JSON.stringify({ ...claims, user_id: '1' }))}`],
    ['with a token that is not valid yet', `Bearer ${tokenOf({ ...claims, user_id: '1', nbf: inSeconds(60) })}`],
    ['with a token of another issuer', `Bearer ${tokenOf({ ...claims, iss: 'https://evil.example', user_id: '1' })}`],
    ['with a token for another audience', `Bearer ${tokenOf({ ...claims, aud: 'lightroom', user_id: '1' })}`],
    ['with a token that names no user', `Bearer ${tokenOf(claims)}`],
    ['with a token whose payload is no object', `Bearer ${signPayload('"1"')}`],
    ['with a token whose payload is no JSON', `Bearer ${signPayload('user 1')}`],
  ])('rejects a request %s', async (_, authorization) => {
    expect(await whoIs(authorization)).toEqual(nobody);
  });

  test.each([
    '9007199254740992',
    '9007199254740993',
    '1e21',
    '-1',
    '1.5',
    'null',
    'true',
    '[]',
    '{}',
    '""',
    '"1\\n"',
    '"a\\tb"',
    '"a\\u0000"',
    '"a\\u007f"',
    '"naïve"',
    '"用户"',
    `"${'a'.repeat(129)}"`,
    '"１２"',
    '"٣"',
    '"१"',
    '"²"',
    '["1"]',
    '{"toString":"1"}',
    '"9223372036854775808"',
    '"99999999999999999999999999999999999999999"',
  ])('rejects a user whose id is the JSON value %s', async (id) => {
    expect(await whoIs(`Bearer ${signPayload(payloadWith(id))}`)).toEqual(nobody);
  });

  const stranger = { secret: 'x'.repeat(32) };
  test.each<[string, Parameters<typeof signPayload>[1]]>([
    ['has an unknown critical header', { header: { crit: ['exp'], exp: 1 } }],
    ['has the critical header b64 set to false', { header: { crit: ['b64'], b64: false } }],
    [
      'links to its own key',
      { ...stranger, header: { jku: 'https://evil.example/keys', x5u: 'https://evil.example' } },
    ],
    [
      'contains its own key',
      { ...stranger, header: { jwk: { kty: 'oct', k: Buffer.from(stranger.secret).toString('base64url') } } },
    ],
    ['names a key that is a file', { ...stranger, header: { kid: '../../../../dev/null' } }],
    ['names a key that is a query', { ...stranger, header: { kid: "' UNION SELECT 'x" } }],
    ['is signed by an empty key', { secret: '', header: { kid: '/dev/null' } }],
  ])('rejects a token that %s', async (_, how) => {
    expect(await whoIs(`Bearer ${signPayload(payloadWith('1'), how)}`)).toEqual(nobody);
  });

  test('rejects a compressed token', async () => {
    const payload = deflateRawSync(payloadWith('1')).toString('latin1');
    expect(await whoIs(`Bearer ${signPayload(payload, { header: { zip: 'DEF' } })}`)).toEqual(nobody);
  });

  test('rejects a token as long as a header may be, without delay', async () => {
    expect(await whoIs(`Bearer ${'a.'.repeat(6_000)}`)).toEqual(nobody);
    expect(await whoIs(`Bearer ${'a'.repeat(4_000)}.${'b'.repeat(4_000)}.${'c'.repeat(4_000)}`)).toEqual(nobody);
  });

  test.each<[string, InjectOptions]>([
    ['in the URL', { url: `${GENERATION_PATH}?access_token=${good}&token=${good}&authorization=${good}` }],
    ['in a cookie', { headers: { cookie: `token=${good}; access_token=${good}; authorization=Bearer ${good}` } }],
    ['in a header of another name', { headers: { 'x-access-token': good, 'x-authorization': `Bearer ${good}` } }],
    ['in Proxy-Authorization', { headers: { 'proxy-authorization': `Bearer ${good}` } }],
    ['in a body', { method: 'POST', payload: { ...request, access_token: good } }],
  ])('rejects a token sent %s', async (_, place) => {
    const response = await api().server.inject({ method: 'GET', url: GENERATION_PATH, ...place });
    expect(response.statusCode).toBe(401);
  });

  test.each(['"x"', '-1', '9007199254740993'])('rejects a user whose star is %s', async (star) => {
    const payload = payloadWith(`"1","star_id":${star}`);
    expect(await whoIs(`Bearer ${signPayload(payload)}`)).toEqual(nobody);
  });
});

describe('accepted authentication', () => {
  test.each([
    ['0', '0'],
    ['7', '7'],
    ['9007199254740991', '9007199254740991'],
    ['"9007199254740993"', '9007199254740993'],
    ['"9223372036854775807"', '9223372036854775807'],
    ['"007"', '7'],
    ['"0000000000000000000000000000000000000009"', '9'],
    ['"auth0|5f7c8ec7c33c6c004bbafe82"', 'auth0|5f7c8ec7c33c6c004bbafe82'],
    ['"0b6cbf5e-8a0e-4a37-9d53-61c5b2a6a8a1"', '0b6cbf5e-8a0e-4a37-9d53-61c5b2a6a8a1'],
    ['"oGZUI0egBJY1zhBYw2KhdUfwVJJE"', 'oGZUI0egBJY1zhBYw2KhdUfwVJJE'],
    ['"ada@example.com"', 'ada@example.com'],
    ['"Ada"', 'Ada'],
    ['"__proto__"', '__proto__'],
    ['" 1"', ' 1'],
    ['"-1"', '-1'],
    ['"1.0"', '1.0'],
    ['"0x1"', '0x1'],
    ['"+1"', '+1'],
    ['"1e3"', '1e3'],
    ['"1_000"', '1_000'],
    [`"${'~'.repeat(128)}"`, '~'.repeat(128)],
  ])('accepts a user whose id is the JSON value %s', async (id, user_id) => {
    expect(await whoIs(`Bearer ${signPayload(payloadWith(id))}`)).toEqual({ user_id, star_id: null });
  });

  test.each([
    ['the user in sub, without a user_id', { sub: '5' }, { user_id: '5', star_id: null }],
    ['the user in sub, as any text', { sub: 'auth0|x' }, { user_id: 'auth0|x', star_id: null }],
    ['the user in user_id, which precedes sub', { user_id: '5', sub: 'auth0|x' }, { user_id: '5', star_id: null }],
    ['a star', { user_id: '5', star_id: '9223372036854775807' }, { user_id: '5', star_id: '9223372036854775807' }],
    ['a star as a number', { user_id: '5', star_id: 6 }, { user_id: '5', star_id: '6' }],
    ['a star that is null', { user_id: '5', star_id: null }, { user_id: '5', star_id: null }],
  ])('accepts claims that name %s', async (_, own, viewer) => {
    expect(await whoIs(`Bearer ${tokenOf({ ...claims, ...own })}`)).toEqual(viewer);
  });

  test('accepts a token within the leeway after its exp and before its nbf', async () => {
    const viewer = { user_id: '5', star_id: null };
    expect(await whoIs(`Bearer ${tokenOf({ ...claims, user_id: '5', exp: inSeconds(-2) })}`)).toEqual(viewer);
    expect(await whoIs(`Bearer ${tokenOf({ ...claims, user_id: '5', nbf: inSeconds(3) })}`)).toEqual(viewer);
  });

  test('accepts a token from the leeway before its nbf on, also when it was rejected earlier', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const token = `Bearer ${tokenOf({ ...claims, user_id: '5', nbf: inSeconds(8) })}`;
    expect(await whoIs(token)).toEqual(nobody);
    vi.setSystemTime(Date.now() + 4_000);
    expect(await whoIs(token)).toEqual({ user_id: '5', star_id: null });
  });

  test('reads the first of two Authorization headers and ignores the second', async () => {
    const url = await api().server.listen({ host: '127.0.0.1', port: 0 });
    const ask = (first: string, second: string) => {
      const [one, two] = [first, second].map((token) => `Authorization: Bearer ${token}\r\n`);
      const socket = connect(Number(new URL(url).port), '127.0.0.1');
      socket.write(`GET ${GENERATION_PATH} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${one}${two}\r\n`);
      return text(socket);
    };
    const forged = signPayload(payloadWith('2'), { secret: 'x'.repeat(32) });
    expect(await ask(forged, good)).toContain('HTTP/1.1 401 ');
    expect(await ask(good, forged)).toContain('HTTP/1.1 200 ');
  });

  test('accepts the scheme in any letter case', async () => {
    expect(await whoIs(`bearer ${good}`)).toMatchObject({ user_id: '1' });
  });

  test.each([2, 3, 12_000])('accepts a token after the scheme and %d spaces, without delay', async (spaces) => {
    expect(await whoIs(`Bearer${' '.repeat(spaces)}${good}`)).toEqual({ user_id: '1', star_id: null });
  });

  test.each(['HS384', 'HS512'])('accepts a token signed with %s and the right secret', async (alg) => {
    expect(await whoIs(`Bearer ${signPayload(payloadWith('1'), { alg })}`)).toEqual({ user_id: '1', star_id: null });
    expect(await whoIs(`Bearer ${signPayload(payloadWith('1'), { alg, secret: 'x'.repeat(64) })}`)).toEqual(nobody);
  });
});

test.each([
  ['GET', GENERATION_PATH],
  ['GET', `${GENERATION_PATH}/x`],
  ['PUT', GENERATION_PATH],
  ['DELETE', `${GENERATION_PATH}/x`],
  ['POST', `${GENERATION_PATH}/x/cancel`],
  ['POST', UPLOADS_PATH],
  ['GET', '/trpc/image.list'],
  ['GET', '/trpc/image.nothing'],
] as const)('authenticates %s %s before any other check', async (method, url) => {
  const response = await api().server.inject({ method, url, payload: method === 'POST' ? 'no JSON' : '' });
  expect(response.statusCode).toBe(401);
  expect(response.body).toContain('unauthenticated');
  expect(response.headers['cache-control']).toBe('no-store');
});
