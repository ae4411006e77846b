import type { KeyObject } from 'node:crypto';
import { createVerifier } from 'fast-jwt';

/** What is taken of keys that are public: one algorithm a family. */
export const PUBLIC_KEY_ALGORITHMS = ['RS256', 'ES256', 'EdDSA'] as const;
export type PublicKeyAlgorithm = (typeof PUBLIC_KEY_ALGORITHMS)[number];

/** What is asked of a token beside its signature. */
export type TokenChecks = Omit<Parameters<typeof createVerifier>[0], 'key' | 'algorithms' | 'cache'>;

/** The claims of a good token; throws for any other. */
export type VerifyToken = (token: string) => unknown;

/** The algorithm of a key's own family: whatever a token says, the key decides. Null: a family that is not taken. */
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
