import { ImageError } from '@darkroom/contracts';
import { TokenError } from 'fast-jwt';
import * as z from 'zod';

/** The reasons of a 401, with the `error_description` that the client gets (RFC 6750, section 3). */
const REASONS = {
  missing: null,
  malformed: 'The token is malformed',
  expired: 'The token has expired',
  not_yet_valid: 'The token is not yet valid',
  signature: 'The signature does not match',
  algorithm: 'The algorithm is not accepted',
  unknown_key: 'The signing key is not known',
  claims: 'The claims are not accepted',
} as const;

export type UnauthenticatedReason = keyof typeof REASONS;

// Object.keys is typed string[], but the keys of a constant object are exactly these.
export const UNAUTHENTICATED_REASONS = Object.keys(REASONS) as UnauthenticatedReason[];

export class Unauthenticated extends ImageError {
  readonly reason: UnauthenticatedReason;
  /** For the operator's log. Contains no part of the token. */
  readonly detail: string | undefined;

  constructor(reason: UnauthenticatedReason, detail?: string) {
    super('unauthenticated');
    this.reason = reason;
    this.detail = detail;
  }
}

const REASON_OF_CODE: Record<string, UnauthenticatedReason> = {
  [TokenError.codes.expired]: 'expired',
  [TokenError.codes.inactive]: 'not_yet_valid',
  [TokenError.codes.invalidSignature]: 'signature',
  [TokenError.codes.missingSignature]: 'signature',
  [TokenError.codes.invalidAlgorithm]: 'algorithm',
  [TokenError.codes.invalidClaimType]: 'claims',
  [TokenError.codes.invalidClaimValue]: 'claims',
  [TokenError.codes.missingRequiredClaim]: 'claims',
};

/** Converts an error of token verification or claim parsing to the refusal of the token. */
export function refuseToken(cause: unknown): Unauthenticated {
  if (cause instanceof z.ZodError) {
    const claims = new Set(cause.issues.map(({ path }) => path.join('.') || 'payload'));
    return new Unauthenticated('claims', `not accepted: ${[...claims].join(', ')}`);
  }
  const reason = cause instanceof TokenError ? REASON_OF_CODE[cause.code] : undefined;
  if (reason === undefined) return new Unauthenticated('malformed');
  return new Unauthenticated(reason, cause instanceof Error ? cause.message : undefined);
}

export function isSignatureMismatch(error: unknown): boolean {
  return error instanceof TokenError && error.code === TokenError.codes.invalidSignature;
}

/** The `WWW-Authenticate` header of every 401 (RFC 9110, section 11.6.1); no header for other errors. */
export function challenge(error: ImageError): Record<string, string> {
  if (error.code !== 'unauthenticated') return {};
  const description = error instanceof Unauthenticated ? REASONS[error.reason] : null;
  const params = description === null ? '' : ` error="invalid_token", error_description="${description}"`;
  return { 'www-authenticate': `Bearer${params}` };
}
