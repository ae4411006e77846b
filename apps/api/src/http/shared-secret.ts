import { createVerifier } from 'fast-jwt';
import type { TokenChecks, VerifyToken } from './public-key.ts';
import { isSignatureMismatch } from './unauthenticated.ts';

const ALGORITHMS = ['HS256', 'HS384', 'HS512'] as const;
/** RFC 7518, section 3.2. */
const SECRET_MIN_BYTES = 32;

/**
 * The secrets in JWT_SECRET; the first one signs. During a change of secrets it holds two with a comma between them.
 * The whole value is always accepted too, because a single secret may contain a comma.
 */
export function secretsOf(setting: string): [signing: string, ...others: string[]] {
  const parts = setting.split(',').flatMap((part) => part.trim() || []);
  const [one, other, ...more] = parts.filter((part) => Buffer.byteLength(part) >= SECRET_MIN_BYTES);
  const isList = setting.includes(',') && more.length === 0 && parts.length === (other === undefined ? 1 : 2);
  if (!isList || one === undefined) return [setting];
  return other === undefined ? [one, setting] : [one, other, setting];
}

export function createSecretVerifier(setting: string, checks: TokenChecks): VerifyToken {
  const verifiers = secretsOf(setting).map((key) =>
    createVerifier({ ...checks, key, algorithms: [...ALGORITHMS], cache: true }),
  );
  return (token) => {
    let lastError: unknown;
    for (const verify of verifiers) {
      try {
        return verify(token);
      } catch (error) {
        lastError = error;
        if (!isSignatureMismatch(error)) break; // no signature mismatch, so another secret would not help
      }
    }
    throw lastError;
  };
}
