import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GENERATION_PATH } from '@darkroom/contracts/rest';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Api, openApi } from './running-api.ts';
import { inSeconds, signPayload, tokenOf } from './tokens.ts';

const payload = JSON.stringify({ user_id: '1', exp: inSeconds(600) });

interface KeyFamily {
  alg: string;
  keys: { publicKey: KeyObject; privateKey: KeyObject };
  hash: string | null;
}

const FAMILIES: KeyFamily[] = [
  { alg: 'RS256', keys: generateKeyPairSync('rsa', { modulusLength: 2048 }), hash: 'sha256' },
  { alg: 'ES256', keys: generateKeyPairSync('ec', { namedCurve: 'P-256' }), hash: 'sha256' },
  { alg: 'EdDSA', keys: generateKeyPairSync('ed25519'), hash: null },
];

function tokenBy({ alg, keys, hash }: KeyFamily, kid?: string): string {
  const parts = [JSON.stringify({ alg, kid }), payload].map((part) => Buffer.from(part).toString('base64url'));
  const bytes = Buffer.from(parts.join('.'));
  const signature = sign(hash, bytes, { key: keys.privateKey, dsaEncoding: 'ieee-p1363' });
  return [...parts, signature.toString('base64url')].join('.');
}

const pemOf = ({ keys }: KeyFamily) => keys.publicKey.export({ type: 'spki', format: 'pem' }).toString();

async function statusFor({ server }: Api, token: string): Promise<number> {
  return (await server.inject({ url: GENERATION_PATH, headers: { authorization: `Bearer ${token}` } })).statusCode;
}

describe.each(FAMILIES)('with a public key for $alg', (family) => {
  const open = () => openApi({ JWT_SECRET: '', JWT_PUBLIC_KEY: pemOf(family).replaceAll('\n', '\\n') });

  test('its tokens are good, and those of any other family are not', async () => {
    const api = await open();
    expect(await statusFor(api, tokenBy(family))).toBe(200);
    for (const other of FAMILIES) {
      if (other !== family) expect(await statusFor(api, tokenBy(other)), other.alg).toBe(401);
    }
  });

  test('the public key is no secret to sign with', async () => {
    const api = await open();
    expect(await statusFor(api, signPayload(payload, { secret: pemOf(family) }))).toBe(401);
    expect(await statusFor(api, tokenOf({ user_id: '1' }))).toBe(401);
  });
});

/** A key set on loopback; answers what `reply` says. */
async function serveKeys(reply: () => { status?: number; body: string }): Promise<string> {
  const server = createServer((_request, response) => {
    const { status = 200, body } = reply();
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  // A TCP server that listens has an address with a port.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys?tenant=1`;
}

const keySet = () => ({
  body: JSON.stringify({
    keys: FAMILIES.map(({ alg, keys }) => ({ ...keys.publicKey.export({ format: 'jwk' }), kid: alg, alg })),
  }),
});

describe('with a key set', () => {
  test.each(FAMILIES)('a token by one of its keys is good: $alg', async (family) => {
    const api = await openApi({ JWT_SECRET: '', JWT_JWKS_URL: await serveKeys(keySet) });
    expect(await statusFor(api, tokenBy(family, family.alg))).toBe(200);
  });

  test('a token by no key of it is not, nor one that names a key of another kind', async () => {
    const api = await openApi({ JWT_SECRET: '', JWT_JWKS_URL: await serveKeys(keySet) });
    const [rsa, ec] = FAMILIES;
    if (!rsa || !ec) throw new Error('families are missing');
    expect(await statusFor(api, tokenBy(rsa, 'unknown'))).toBe(401);
    expect(await statusFor(api, tokenBy(rsa, ec.alg))).toBe(401);
    expect(await statusFor(api, tokenOf({ user_id: '1' }))).toBe(401);
  });

  test('a key set that is away is not the fault of who asks', async () => {
    const api = await openApi({ JWT_SECRET: '', JWT_JWKS_URL: await serveKeys(() => ({ status: 500, body: '{}' })) });
    const [rsa] = FAMILIES;
    if (!rsa) throw new Error('families are missing');
    expect(await statusFor(api, tokenBy(rsa, rsa.alg))).toBe(503);
    expect(api.logged().filter(({ level }) => level === 40)).toHaveLength(1);
  });
});
