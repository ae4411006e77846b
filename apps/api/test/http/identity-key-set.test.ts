import { describe, expect, test, vi } from 'vitest';
import { createAuthenticate } from '../../src/http/authenticate.ts';
import { createManualClock } from '../manual-clock.ts';
import { ecKey, edKey, jwkOf, type KeyServer, rsaKey, serveKeys, tokenBy } from './signing-keys.ts';
import { inSeconds } from './tokens.ts';

const COOL_DOWN_MS = 10_000;
const FRESH_FOR_MS = 600_000;

const key = ecKey();
const nextKey = ecKey();
const UNAUTHENTICATED = expect.objectContaining({ code: 'unauthenticated' });
const UNAVAILABLE = expect.objectContaining({ code: 'unavailable' });

let serial = 0;
/** Every token is different, so that none is answered from the cache. */
const payload = () => JSON.stringify({ user_id: '1', exp: inSeconds(600), jti: serial++ });
const tokenOf = (kid: unknown, by = key) => tokenBy(by, payload(), { kid });

/** Authenticates against a key set, on a clock that the test moves. Returns the user of a token, or the error. */
function openKeySet({ url }: KeyServer, fetchTimeoutMs = 5_000) {
  const clock = createManualClock();
  const warnings: object[] = [];
  const authenticate = createAuthenticate({
    key: { kind: 'jwks', url },
    issuer: undefined,
    audience: undefined,
    fetchTimeoutMs,
    clock,
    log: { warn: (fields) => warnings.push(fields) },
  });
  const identify = async (token: string) => authenticate({ headers: { authorization: `Bearer ${token}` } });
  const ask = (token: string): Promise<unknown> =>
    identify(token).then(
      ({ user_id }) => user_id,
      (error: unknown) => error,
    );
  return { ask, clock, warnings };
}

test('reads the key set once for all tokens of its keys', async () => {
  const server = await serveKeys(jwkOf(key, { kid: 'a' }), jwkOf(nextKey, { kid: 'b' }));
  const { ask } = openKeySet(server);
  const tokens = [tokenOf('a'), tokenOf('b', nextKey), tokenOf('a'), tokenOf('b', nextKey)];
  expect(await Promise.all(tokens.map(ask))).toEqual(['1', '1', '1', '1']);
  expect(await ask(tokenOf('a'))).toBe('1');
  expect(server.fetches).toBe(1);
});

describe('key rotation without a restart', () => {
  test('finds a new key on the first token that names it', async () => {
    const server = await serveKeys(jwkOf(key, { kid: 'a' }));
    const { ask, clock } = openKeySet(server);
    expect(await ask(tokenOf('a'))).toBe('1');
    server.publish(jwkOf(key, { kid: 'a' }), jwkOf(nextKey, { kid: 'b' }));
    clock.advance(COOL_DOWN_MS);
    expect(await ask(tokenOf('b', nextKey))).toBe('1');
    expect(await ask(tokenOf('a'))).toBe('1');
    expect(server.fetches).toBe(2);
  });

  test('rejects a withdrawn key, including tokens that it verified before', async () => {
    const server = await serveKeys(jwkOf(key, { kid: 'a' }));
    const { ask, clock } = openKeySet(server);
    const token = tokenOf('a');
    expect(await ask(token)).toBe('1');
    server.publish(jwkOf(nextKey, { kid: 'b' }));
    clock.advance(FRESH_FOR_MS);
    await ask(token); // starts a refetch of the set in the background
    await vi.waitFor(async () => expect(await ask(token)).toEqual(UNAUTHENTICATED));
    expect(server.fetches).toBe(2);
  });
});

describe('a flood of unknown key ids', () => {
  test('is rejected with one fetch per cool-down', async () => {
    const server = await serveKeys(jwkOf(key, { kid: 'a' }));
    const { ask, clock } = openKeySet(server);
    for (let round = 1; round <= 3; round++) {
      const flood = Array.from({ length: 200 }, (_, index) => ask(tokenOf(`made-up-${round}-${index}`)));
      expect(await Promise.all(flood)).toEqual(Array(200).fill(UNAUTHENTICATED));
      expect(server.fetches).toBe(round);
      clock.advance(COOL_DOWN_MS - 1);
      expect(await ask(tokenOf('late'))).toEqual(UNAUTHENTICATED);
      expect(server.fetches).toBe(round);
      expect(await ask(tokenOf('a'))).toBe('1');
      clock.advance(1);
    }
  });

  test('is rejected with one fetch at a time, also when a fetch outlasts the cool-down', async () => {
    const server = await serveKeys();
    const held = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    server.answer = async (response) => {
      asked.resolve();
      await held.promise;
      response.end(JSON.stringify({ keys: [jwkOf(key, { kid: 'a' })] }));
    };
    const { ask, clock } = openKeySet(server);
    const first = ask(tokenOf('x'));
    await asked.promise;
    clock.advance(COOL_DOWN_MS * 2);
    const more = [ask(tokenOf('y')), ask(tokenOf('a'))];
    held.resolve();
    expect(await Promise.all([first, ...more])).toEqual([UNAUTHENTICATED, UNAUTHENTICATED, '1']);
    expect(server.fetches).toBe(1);
  });
});

describe('an unavailable key set', () => {
  const away = (server: KeyServer) => {
    server.answer = (response) => void response.writeHead(503).end('{"keys":[]}');
  };

  test('keeps known keys valid and answers unavailable for unknown ones', async () => {
    const server = await serveKeys(jwkOf(key, { kid: 'a' }));
    const { ask, clock, warnings } = openKeySet(server);
    expect(await ask(tokenOf('a'))).toBe('1');
    away(server);
    clock.advance(FRESH_FOR_MS * 100);
    expect(await ask(tokenOf('b', nextKey))).toMatchObject({ code: 'unavailable', retryAfterMs: COOL_DOWN_MS });
    expect(await ask(tokenOf('a'))).toBe('1');
    expect(await Promise.all([ask(tokenOf('c')), ask(tokenOf('d'))])).toEqual([UNAVAILABLE, UNAVAILABLE]);
    expect(server.fetches).toBe(2);
    expect(warnings).toHaveLength(1);

    server.publish(jwkOf(nextKey, { kid: 'b' }));
    clock.advance(COOL_DOWN_MS);
    expect(await ask(tokenOf('b', nextKey))).toBe('1');
  });

  test.each<[string, KeyServer['answer']]>([
    ['hangs', () => {}],
    ['hangs after its first bytes', (response) => void response.write('{"keys":[')],
    ['resets', (response) => void response.destroy()],
    ['is no JSON', (response) => void response.end('<html>')],
    ['is JSON of another shape', (response) => void response.end('{"jwks":[]}')],
    ['has too many keys', (response) => void response.end(JSON.stringify({ keys: Array(101).fill(jwkOf(key)) }))],
    ['is too large', (response) => void response.end(JSON.stringify({ keys: [], padding: 'x'.repeat(262_144) }))],
  ])('is reported as unavailable when it %s', async (_, answer) => {
    const server = await serveKeys();
    server.answer = answer;
    const { ask, warnings } = openKeySet(server, 200);
    expect(await ask(tokenOf('a'))).toEqual(UNAVAILABLE);
    expect(warnings).toHaveLength(1);
  });
});

describe('key selection', () => {
  test('ignores unreadable keys in the set', async () => {
    const server = await serveKeys(
      jwkOf(key, { kid: 'a', use: 'sig', alg: 'ES256', x5t: 'more' }),
      jwkOf(ecKey('P-384'), { kid: 'a' }),
      { kty: 'oct', k: 'c2VjcmV0', kid: 'a', alg: 'HS256' },
      { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA', kid: 'a' },
      { kid: 7 },
      Object('a key'),
    );
    expect(await openKeySet(server).ask(tokenOf('a'))).toBe('1');
  });

  test.each([
    ['encrypts', nextKey, { use: 'enc' }],
    ['signs by another algorithm', rsaKey(), { alg: 'RS512' }],
    ['is of an unsupported curve', ecKey('P-384', 'ES384'), {}],
  ])('ignores a key that %s', async (_, other, fields) => {
    const server = await serveKeys(jwkOf(other, { kid: 'b', ...fields }), jwkOf(key, { kid: 'a' }));
    const { ask } = openKeySet(server);
    expect(await ask(tokenOf('b', other))).toEqual(UNAUTHENTICATED);
    expect(await ask(tokenOf('a'))).toBe('1');
  });

  test('lets keys of two families share a kid', async () => {
    const [rsa, ed] = [rsaKey(), edKey()];
    const { ask } = openKeySet(await serveKeys(...[rsa, key, ed].map((each) => jwkOf(each, { kid: 'a' }))));
    expect(await Promise.all([rsa, key, ed].map((by) => ask(tokenOf('a', by))))).toEqual(['1', '1', '1']);
  });

  test('verifies a token without a kid by the key without one', async () => {
    const { ask } = openKeySet(await serveKeys(jwkOf(key), jwkOf(nextKey, { kid: 'b' })));
    expect(await ask(tokenOf(undefined))).toBe('1');
    expect(await ask(tokenOf(undefined, nextKey))).toEqual(UNAUTHENTICATED);
  });

  test.each<[string, unknown, number]>([
    ['a path', '../../dev/null', 1],
    ['an address', 'https://evil.example/keys', 1],
    ['a null byte', 'a\0', 1],
    ['SQL', "a' OR '1'='1", 1],
    ['a property of every object', '__proto__', 1],
    ['nothing', '', 1],
    ['one that is too long', 'a'.repeat(257), 0],
    ['a number', 1, 0],
    ['null', null, 0],
    ['a list', ['a'], 0],
    ['an object', { kid: 'a' }, 0],
  ])('rejects a kid that is %s', async (_, kid, fetches) => {
    const server = await serveKeys(jwkOf(key, { kid: 'a' }));
    const { ask, clock } = openKeySet(server);
    expect(await ask(tokenOf(kid))).toEqual(UNAUTHENTICATED);
    expect(server.fetches).toBe(fetches);
    clock.advance(COOL_DOWN_MS);
    expect(await ask(tokenOf('a'))).toBe('1');
  });
});
