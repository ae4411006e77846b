import type { KeyObject } from 'node:crypto';
import { createVerifier } from 'fast-jwt';

/** The accepted algorithms of public keys: one per key family. */
export const PUBLIC_KEY_ALGORITHMS = ['RS256', 'ES256', 'EdDSA'] as const;
export type PublicKeyAlgorithm = (typeof PUBLIC_KEY_ALGORITHMS)[number];

/** The checks of a token besides its signature. */
export type TokenChecks = Omit<Parameters<typeof createVerifier>[0], 'key' | 'algorithms' | 'cache'>;

/** Returns the claims of a valid token; throws for any other. */
export type VerifyToken = (token: string) => unknown;

/** The algorithm of a key's family; null for an unsupported family. The key decides, whatever a token's header says. */
export function algorithmOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): PublicKeyAlgorithm | null {
  if (asymmetricKeyType === 'rsa') return 'RS256';
  if (asymmetricKeyType === 'ed25519') return 'EdDSA';
  return asymmetricKeyDetails?.namedCurve === 'prime256v1' ? 'ES256' : null;
}

export function createPublicKeyVerifier(
  key: KeyObject,
  algorithm: PublicKeyAlgorithm,
  checks: TokenChecks,
): VerifyToken {
  const pem = key.export({ type: 'spki', format: 'pem' });
  return createVerifier({ ...checks, key: pem, algorithms: [algorithm], cache: true });
}
