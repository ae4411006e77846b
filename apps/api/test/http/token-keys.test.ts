import { GENERATION_PATH } from '@darkroom/contracts/rest';
import { describe, expect, test } from 'vitest';
import { type Api, openApi } from './running-api.ts';
import { ecKey, edKey, jwkOf, pemOf, rsaKey, type SigningKey, serveKeys, tokenBy } from './signing-keys.ts';
import { inSeconds, signPayload, tokenOf } from './tokens.ts';

const payload = JSON.stringify({ user_id: '1', exp: inSeconds(600) });
const [rsa, ec, ed] = [rsaKey(), ecKey(), edKey()];
const FAMILIES = [rsa, ec, ed];

async function statusFor({ server }: Api, token: string): Promise<number> {
  return (await server.inject({ url: GENERATION_PATH, headers: { authorization: `Bearer ${token}` } })).statusCode;
}

const named = (key: SigningKey) => jwkOf(key, { kid: key.alg, alg: key.alg });
const tokenNaming = (kid: string, key: SigningKey) => tokenBy(key, payload, { kid });

describe.each(FAMILIES)('with a public key for $alg', (family) => {
  const open = () => openApi({ JWT_SECRET: '', JWT_PUBLIC_KEY: pemOf(family).replaceAll('\n', '\\n') });

  test('accepts tokens of its family and rejects those of any other', async () => {
    const api = await open();
    expect(await statusFor(api, tokenBy(family, payload))).toBe(200);
    for (const other of FAMILIES) {
      if (other !== family) expect(await statusFor(api, tokenBy(other, payload)), other.alg).toBe(401);
    }
  });

  test('rejects tokens signed with the public key as a secret', async () => {
    const api = await open();
    expect(await statusFor(api, signPayload(payload, { secret: pemOf(family) }))).toBe(401);
    expect(await statusFor(api, tokenOf({ user_id: '1' }))).toBe(401);
  });
});

describe('with a key set', () => {
  const open = async (...keys: SigningKey[]) => {
    const keyServer = await serveKeys(...keys.map(named));
    return { keyServer, api: await openApi({ JWT_SECRET: '', JWT_JWKS_URL: keyServer.url }) };
  };

  test.each(FAMILIES)('accepts a token by one of its keys: $alg', async (family) => {
    const { api } = await open(...FAMILIES);
    expect(await statusFor(api, tokenNaming(family.alg, family))).toBe(200);
  });

  test('rejects a token by no key of the set, and one that names a key of another kind', async () => {
    const { api } = await open(...FAMILIES);
    expect(await statusFor(api, tokenNaming('unknown', rsa))).toBe(401);
    expect(await statusFor(api, tokenNaming(ec.alg, rsa))).toBe(401);
    expect(await statusFor(api, tokenOf({ user_id: '1' }))).toBe(401);
  });

  test('answers 503 instead of 401 while the key set is unavailable', async () => {
    const { api, keyServer } = await open();
    keyServer.answer = (response) => void response.writeHead(500).end();
    for (let tries = 0; tries < 3; tries++) expect(await statusFor(api, tokenNaming(rsa.alg, rsa))).toBe(503);
    expect(api.logged().filter(({ level }) => level === 40)).toHaveLength(1);
  });
});
