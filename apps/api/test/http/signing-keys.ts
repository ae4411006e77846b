import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface SigningKey {
  alg: string;
  publicKey: KeyObject;
  privateKey: KeyObject;
}

export const rsaKey = (): SigningKey => ({ alg: 'RS256', ...generateKeyPairSync('rsa', { modulusLength: 2048 }) });
export const ecKey = (namedCurve = 'P-256', alg = 'ES256'): SigningKey => ({
  alg,
  ...generateKeyPairSync('ec', { namedCurve }),
});
export const edKey = (): SigningKey => ({ alg: 'EdDSA', ...generateKeyPairSync('ed25519') });

/** A token with exactly this header plus `alg`, and exactly this payload. */
export function tokenBy({ alg, privateKey }: SigningKey, payload: string, header: object = {}): string {
  const parts = [JSON.stringify({ alg, ...header }), payload].map((part) => Buffer.from(part).toString('base64url'));
  const hash = alg === 'EdDSA' ? null : `sha${alg.slice(2)}`;
  const signature = sign(hash, Buffer.from(parts.join('.')), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return [...parts, signature.toString('base64url')].join('.');
}

export const pemOf = ({ publicKey }: SigningKey): string =>
  publicKey.export({ type: 'spki', format: 'pem' }).toString();

export function jwkOf({ publicKey }: SigningKey, fields: object = {}): object {
  return { ...publicKey.export({ format: 'jwk' }), ...fields };
}

export interface KeyServer {
  url: string;
  /** The number of requests it received. */
  fetches: number;
  answer(response: ServerResponse): void;
  /** Replaces the keys it answers with. */
  publish(...keys: object[]): void;
}

/** Serves a key set on loopback, empty until keys are published. */
export async function serveKeys(...keys: object[]): Promise<KeyServer> {
  const server = createServer((_request, response) => {
    keyServer.fetches++;
    keyServer.answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  // A listening TCP server always has an address with a port.
  const { port } = server.address() as AddressInfo;
  const keyServer: KeyServer = {
    url: `http://127.0.0.1:${port}/keys?tenant=1`,
    fetches: 0,
    answer: () => {},
    publish(...published) {
      this.answer = (response) => void response.end(JSON.stringify({ keys: published }));
    },
  };
  keyServer.publish(...keys);
  return keyServer;
}
