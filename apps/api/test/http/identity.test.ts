import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { deflateRawSync } from 'node:zlib';
import { GENERATION_PATH, UPLOADS_PATH } from '@darkroom/contracts/rest';
import type { InjectOptions } from 'fastify';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { shareApi } from './running-api.ts';
import { bothFaces } from './surfaces.ts';
import { inSeconds, signPayload, tokenOf } from './tokens.ts';

const api = shareApi({ JWT_ISSUER: 'https://id.example', JWT_AUDIENCE: 'darkroom', USER_ACTIVE_LIMIT: '1000' });
const claims = { iss: 'https://id.example', aud: 'darkroom' };
const order = { model: 'image-01', prompt: 'a lighthouse at dawn' };

/** A payload with the id written exactly as given, because JavaScript numbers cannot hold every id. */
const payloadWith = (id: string) =>
  `{"iss":"https://id.example","aud":"darkroom","exp":${inSeconds(600)},"user_id":${id}}`;

/** The user that both API surfaces see, or their refusal as unauthenticated. */
async function whoIs(authorization: string | undefined): Promise<unknown> {
  const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
  const viewers = [];
  for (const face of bothFaces(api().server)) {
    const answer = face.read(await face.create(order, headers));
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

describe('is nobody', () => {
  test.each([
    ['without a header', undefined],
    ['with an empty one', ''],
    ['with another scheme', `Basic ${good}`],
    ['with a bare token', good],
    ['with garbage', 'Bearer garbage'],
    ['with three parts of garbage', 'Bearer a.b.c'],
    ['with two tokens', `Bearer ${good} ${good}`],
    ['signed by another key', `Bearer ${signPayload(payloadWith('1'), { secret: 'x'.repeat(32) })}`],
    ['signed by nobody', `Bearer ${signPayload(payloadWith('1'), { alg: 'none' })}`],
    [
      'signed by nobody, with no signature',
      `Bearer ${signPayload(payloadWith('1'), { alg: 'none' }).replace(/[^.]+$/, '')}`,
    ],
    ['that says another algorithm', `Bearer ${exchangeHeader(good, { alg: 'HS512' })}`],
    ['with a tab for a space', `Bearer\t${good}`],
    ['with no space', `Bearer${good}`],
    ['that says an asymmetric algorithm', `Bearer ${signPayload(payloadWith('1'), { alg: 'RS256' })}`],
    [
      'altered after it was signed',
      `Bearer ${good.replace(/\.[^.]+\./, `.${Buffer.from(payloadWith('2')).toString('base64url')}.`)}`,
    ],
    ['that has expired', `Bearer ${tokenOf({ ...claims, user_id: '1', exp: inSeconds(-60) })}`],
    ['that never expires', `Bearer ${signPayload(JSON.stringify({ ...claims, user_id: '1' }))}`],
    ['that is not valid yet', `Bearer ${tokenOf({ ...claims, user_id: '1', nbf: inSeconds(60) })}`],
    ['of another issuer', `Bearer ${tokenOf({ ...claims, iss: 'https://evil.example', user_id: '1' })}`],
    ['for another audience', `Bearer ${tokenOf({ ...claims, aud: 'lightroom', user_id: '1' })}`],
    ['of no user', `Bearer ${tokenOf(claims)}`],
    ['of no object', `Bearer ${signPayload('"1"')}`],
    ['of no JSON', `Bearer ${signPayload('user 1')}`],
  ])('a caller %s', async (_, authorization) => {
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
  ])('a user whose id is %s', async (id) => {
    expect(await whoIs(`Bearer ${signPayload(payloadWith(id))}`)).toEqual(nobody);
  });

  const stranger = { secret: 'x'.repeat(32) };
  test.each<[string, Parameters<typeof signPayload>[1]]>([
    ['has a critical header that nobody knows', { header: { crit: ['exp'], exp: 1 } }],
    ['is not to be decoded', { header: { crit: ['b64'], b64: false } }],
    [
      'says where its key is',
      { ...stranger, header: { jku: 'https://evil.example/keys', x5u: 'https://evil.example' } },
    ],
    [
      'brings its key',
      { ...stranger, header: { jwk: { kty: 'oct', k: Buffer.from(stranger.secret).toString('base64url') } } },
    ],
    ['names a key that is a file', { ...stranger, header: { kid: '../../../../dev/null' } }],
    ['names a key that is a query', { ...stranger, header: { kid: "' UNION SELECT 'x" } }],
    ['is signed by an empty key', { secret: '', header: { kid: '/dev/null' } }],
  ])('a caller whose token %s', async (_, how) => {
    expect(await whoIs(`Bearer ${signPayload(payloadWith('1'), how)}`)).toEqual(nobody);
  });

  test('a caller whose token is compressed', async () => {
    const payload = deflateRawSync(payloadWith('1')).toString('latin1');
    expect(await whoIs(`Bearer ${signPayload(payload, { header: { zip: 'DEF' } })}`)).toEqual(nobody);
  });

  test('a caller whose token is as long as a header may be, at once', async () => {
    expect(await whoIs(`Bearer ${'a.'.repeat(6_000)}`)).toEqual(nobody);
    expect(await whoIs(`Bearer ${'a'.repeat(4_000)}.${'b'.repeat(4_000)}.${'c'.repeat(4_000)}`)).toEqual(nobody);
  });

  test.each<[string, InjectOptions]>([
    ['in the address', { url: `${GENERATION_PATH}?access_token=${good}&token=${good}&authorization=${good}` }],
    ['in a cookie', { headers: { cookie: `token=${good}; access_token=${good}; authorization=Bearer ${good}` } }],
    ['in a header of another name', { headers: { 'x-access-token': good, 'x-authorization': `Bearer ${good}` } }],
    ['for a proxy', { headers: { 'proxy-authorization': `Bearer ${good}` } }],
    ['in a body', { method: 'POST', payload: { ...order, access_token: good } }],
  ])('a caller whose token is %s', async (_, request) => {
    const response = await api().server.inject({ method: 'GET', url: GENERATION_PATH, ...request });
    expect(response.statusCode).toBe(401);
  });

  test.each(['"x"', '-1', '9007199254740993'])('a user whose star is %s', async (star) => {
    const payload = payloadWith(`"1","star_id":${star}`);
    expect(await whoIs(`Bearer ${signPayload(payload)}`)).toEqual(nobody);
  });
});

describe('is somebody', () => {
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
  ])('a user whose id is %s', async (id, user_id) => {
    expect(await whoIs(`Bearer ${signPayload(payloadWith(id))}`)).toEqual({ user_id, star_id: null });
  });

  test.each([
    ['by sub, where there is no user_id', { sub: '5' }, { user_id: '5', star_id: null }],
    ['by sub, whatever it is', { sub: 'auth0|x' }, { user_id: 'auth0|x', star_id: null }],
    ['by user_id, where there is a sub as well', { user_id: '5', sub: 'auth0|x' }, { user_id: '5', star_id: null }],
    ['with a star', { user_id: '5', star_id: '9223372036854775807' }, { user_id: '5', star_id: '9223372036854775807' }],
    ['with a star as a number', { user_id: '5', star_id: 6 }, { user_id: '5', star_id: '6' }],
    ['with a star that is null', { user_id: '5', star_id: null }, { user_id: '5', star_id: null }],
  ])('%s', async (_, own, viewer) => {
    expect(await whoIs(`Bearer ${tokenOf({ ...claims, ...own })}`)).toEqual(viewer);
  });

  test('within the leeway after the end, and before the beginning', async () => {
    const viewer = { user_id: '5', star_id: null };
    expect(await whoIs(`Bearer ${tokenOf({ ...claims, user_id: '5', exp: inSeconds(-2) })}`)).toEqual(viewer);
    expect(await whoIs(`Bearer ${tokenOf({ ...claims, user_id: '5', nbf: inSeconds(3) })}`)).toEqual(viewer);
  });

  test('from the leeway before the beginning on, also when that was tried too soon', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const token = `Bearer ${tokenOf({ ...claims, user_id: '5', nbf: inSeconds(8) })}`;
    expect(await whoIs(token)).toEqual(nobody);
    vi.setSystemTime(Date.now() + 4_000);
    expect(await whoIs(token)).toEqual({ user_id: '5', star_id: null });
  });

  test('by the first of two tokens, and by no other', async () => {
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

  test('whatever the case of the scheme', async () => {
    expect(await whoIs(`bearer ${good}`)).toMatchObject({ user_id: '1' });
  });

  test.each([2, 3, 12_000])('after the scheme and %d spaces, at once', async (spaces) => {
    expect(await whoIs(`Bearer${' '.repeat(spaces)}${good}`)).toEqual({ user_id: '1', star_id: null });
  });

  test.each(['HS384', 'HS512'])('whose token is signed by %s with the right secret', async (alg) => {
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
] as const)('%s %s asks who is there before anything else', async (method, url) => {
  const response = await api().server.inject({ method, url, payload: method === 'POST' ? 'no JSON' : '' });
  expect(response.statusCode).toBe(401);
  expect(response.body).toContain('unauthenticated');
  expect(response.headers['cache-control']).toBe('no-store');
});
