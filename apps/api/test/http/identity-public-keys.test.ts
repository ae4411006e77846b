import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createAuthenticate, type JwtKey } from '../../src/http/authenticate.ts';
import { createManualClock } from '../manual-clock.ts';
import { ecKey, edKey, jwkOf, pemOf, rsaKey, type SigningKey, serveKeys, tokenBy } from './signing-keys.ts';
import { inSeconds, signPayload } from './tokens.ts';

const ISSUER = 'https://id.example';
const AUDIENCE = 'darkroom';
const kid = 'a';

function payload(claims: object = {}): string {
  return JSON.stringify({ iss: ISSUER, aud: AUDIENCE, user_id: '1', exp: inSeconds(600), ...claims });
}

const FAMILIES = [
  { key: rsaKey(), stranger: rsaKey() },
  { key: ecKey(), stranger: ecKey() },
  { key: edKey(), stranger: edKey() },
];

type OpenKey = (key: SigningKey) => Promise<JwtKey>;

const WAYS: { way: string; open: OpenKey }[] = [
  { way: 'a PEM', open: async (key) => ({ kind: 'public_key', pem: pemOf(key) }) },
  { way: 'a key set', open: async (key) => ({ kind: 'jwks', url: (await serveKeys(jwkOf(key, { kid }))).url }) },
];

const CASES = WAYS.flatMap(({ way, open }) =>
  FAMILIES.map((family) => ({ way, open, ...family, alg: family.key.alg })),
);

/** Returns a function that yields the user of a token, or the error code of the refusal. */
async function openAsk(key: JwtKey) {
  const clock = createManualClock();
  const log = { warn: () => {} };
  const authenticate = createAuthenticate({ key, issuer: ISSUER, audience: AUDIENCE, clock, log });
  const identify = async (token: string) => authenticate({ headers: { authorization: `Bearer ${token}` } });
  return (token: string): Promise<unknown> => identify(token).catch((error) => error.code);
}

/** The same token with its header or payload replaced and the signature kept. */
function exchange(token: string, part: 'header' | 'payload', text: string): string {
  const [header, body, signature] = token.split('.');
  const other = Buffer.from(text).toString('base64url');
  return (part === 'header' ? [other, body, signature] : [header, other, signature]).join('.');
}

function hostileTokens(key: SigningKey, stranger: SigningKey): [name: string, token: string][] {
  const good = tokenBy(key, payload(), { kid });
  const header = (fields: object) => JSON.stringify({ alg: key.alg, kid, ...fields });
  const others = FAMILIES.flatMap((family) => (family.key === key ? [] : [family.key]));
  const signedAs = (secret: string, alg = 'HS256') => {
    const parts = [JSON.stringify({ alg, kid }), payload()].map((part) => Buffer.from(part).toString('base64url'));
    const signature = createHmac(`sha${alg.slice(2)}`, secret).update(parts.join('.'));
    return [...parts, signature.digest('base64url')].join('.');
  };
  return [
    ['by another key', tokenBy(stranger, payload(), { kid })],
    ['by another key that it brings along', tokenBy(stranger, payload(), { kid, jwk: jwkOf(stranger) })],
    ['by another key that it links to', tokenBy(stranger, payload(), { kid, jku: 'https://evil.example/keys' })],
    ...others.map((other): [string, string] => [`by ${other.alg}`, tokenBy(other, payload(), { kid })]),
    ...others.map((other): [string, string] => [
      `that says ${other.alg}`,
      exchange(good, 'header', header({ alg: other.alg })),
    ]),
    ['of no algorithm', exchange(good, 'header', header({ alg: 'none' }))],
    ['of no algorithm and no signature', `${exchange(good, 'header', header({ alg: 'none' })).replace(/[^.]+$/, '')}`],
    ['of no algorithm, oddly written', exchange(good, 'header', header({ alg: 'nOnE' }))],
    ['without an algorithm', exchange(good, 'header', JSON.stringify({ kid }))],
    ['by the public key as a secret', signPayload(payload(), { secret: pemOf(key) })],
    ['by the public key as a secret, trimmed', signedAs(pemOf(key).trim())],
    ['by the public key as a longer secret', signedAs(pemOf(key), 'HS512')],
    ['by the public key as JSON', signedAs(JSON.stringify(jwkOf(key, { kid })))],
    ['altered', exchange(good, 'payload', payload({ user_id: '2' }))],
    ['with half a signature', good.slice(0, -20)],
    ['whose header is no JSON', exchange(good, 'header', '{')],
    ['whose header is a list', exchange(good, 'header', '[]')],
    ['with a critical header that nobody knows', tokenBy(key, payload(), { kid, crit: ['exp'], exp: 1 })],
    ['that has expired', tokenBy(key, payload({ exp: inSeconds(-6) }), { kid })],
    ['that never expires', tokenBy(key, payload({ exp: undefined }), { kid })],
    ['whose end is a text', tokenBy(key, payload({ exp: String(inSeconds(600)) }), { kid })],
    ['whose end is null', tokenBy(key, payload({ exp: null }), { kid })],
    ['whose end is past all numbers', tokenBy(key, payload().replace(/"exp":\d+/, '"exp":1e999'), { kid })],
    ['that is not valid yet', tokenBy(key, payload({ nbf: inSeconds(8) }), { kid })],
    ['whose beginning is a text', tokenBy(key, payload({ nbf: '0' }), { kid })],
    ['of another issuer', tokenBy(key, payload({ iss: 'https://evil.example' }), { kid })],
    ['of an issuer that begins alike', tokenBy(key, payload({ iss: `${ISSUER}.evil.example` }), { kid })],
    ['of several issuers', tokenBy(key, payload({ iss: [ISSUER] }), { kid })],
    ['of no issuer', tokenBy(key, payload({ iss: undefined }), { kid })],
    ['for another audience', tokenBy(key, payload({ aud: 'lightroom' }), { kid })],
    ['for other audiences', tokenBy(key, payload({ aud: ['lightroom', 'DARKROOM'] }), { kid })],
    ['for nobody', tokenBy(key, payload({ aud: [] }), { kid })],
    ['for no audience', tokenBy(key, payload({ aud: undefined }), { kid })],
    ['of an id that is too large', tokenBy(key, payload({ user_id: '9223372036854775808' }), { kid })],
    ['of an id that lost its digits', tokenBy(key, payload().replace('"1"', '9007199254740993'), { kid })],
    ['of a very long id', tokenBy(key, payload({ user_id: '9'.repeat(5_000) }), { kid })],
  ];
}

describe.each(CASES)('tokens of $alg verified with $way', ({ open, key, stranger }) => {
  test.each([
    ['the largest id', () => ({ user_id: '9223372036854775807' }), '9223372036854775807'],
    ['several audiences', () => ({ aud: ['lightroom', AUDIENCE] }), '1'],
    ['an end 2 s ago', () => ({ exp: inSeconds(-2) }), '1'],
    ['a beginning in 3 s', () => ({ nbf: inSeconds(3) }), '1'],
  ] as const)('accepts a token with %s', async (_, claims, user_id) => {
    const ask = await openAsk(await open(key));
    // Times count from here, not from when the file was read.
    expect(await ask(tokenBy(key, payload(claims()), { kid }))).toEqual({ user_id, star_id: null });
  });

  test('rejects every hostile token', async () => {
    const ask = await openAsk(await open(key));
    const answers: [string, unknown][] = [];
    for (const [name, token] of hostileTokens(key, stranger)) answers.push([name, await ask(token)]);
    expect(answers.filter(([, answer]) => answer !== 'unauthenticated')).toEqual([]);
    expect(answers.length).toBeGreaterThan(30);
    expect(await ask(tokenBy(key, payload(), { kid }))).toMatchObject({ user_id: '1' });
  });
});

describe('one algorithm per key', () => {
  test.each(['RS384', 'RS512'])('rejects %s from an RSA key', async (alg) => {
    const key = rsaKey();
    for (const { open } of WAYS) {
      const ask = await openAsk(await open(key));
      expect(await ask(tokenBy({ ...key, alg }, payload(), { kid }))).toBe('unauthenticated');
      expect(await ask(tokenBy(key, payload(), { kid }))).toMatchObject({ user_id: '1' });
    }
  });

  test('stops the start for a key of an unsupported curve', async () => {
    await expect(openAsk({ kind: 'public_key', pem: pemOf(ecKey('P-384')) })).rejects.toThrow('P-256');
  });
});
