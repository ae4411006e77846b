import { createPublicKey } from 'node:crypto';
import { ImageError, type Viewer } from '@darkroom/contracts';
import { createVerifier, TokenError } from 'fast-jwt';
import type { FastifyRequest } from 'fastify';
import buildGetJwks from 'get-jwks';
import * as z from 'zod';

const LEEWAY_MS = 5_000;
const KEY_SET_RETRY_MS = 5_000;
const LARGEST_ID = 2n ** 63n - 1n;

/**
 * A 64-bit id as its digits. A JSON number is taken only while it still is the number that was sent: past 2^53 - 1 it has
 * lost its last digits, and would be somebody else.
 */
const Id = z
  .union([z.int().min(0), z.string().regex(/^\d{1,40}$/)])
  .transform((id) => BigInt(id))
  .refine((id) => id <= LARGEST_ID)
  .transform(String);

const Claims = z
  .object({ user_id: Id.optional(), sub: z.unknown().optional(), star_id: Id.nullish(), exp: z.number() })
  .transform(({ user_id, sub, star_id }): unknown => ({ user_id: user_id ?? sub, star_id: star_id ?? null }))
  .pipe(z.object({ user_id: Id, star_id: Id.nullable() }));

/** How tokens are checked: exactly one way, with its own family of algorithms. */
export type JwtKey =
  | { kind: 'secret'; secret: string }
  | { kind: 'public_key'; pem: string }
  | { kind: 'jwks'; url: string };

export interface AuthenticateOptions {
  key: JwtKey;
  issuer: string | undefined;
  audience: string | undefined;
}

/** Tells who sends a request, by its bearer token. Rejects with `unauthenticated`, or `unavailable` without the keys. */
export type Authenticate = (request: FastifyRequest) => Promise<Viewer>;

export function createAuthenticate({ key, issuer, audience }: AuthenticateOptions): Authenticate {
  const checks = {
    clockTolerance: LEEWAY_MS,
    requiredClaims: ['exp'],
    ...(issuer !== undefined && { allowedIss: issuer }),
    ...(audience !== undefined && { allowedAud: audience }),
  };
  const verify = createVerify(key, checks);

  return async function authenticate(request) {
    const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined) throw new ImageError('unauthenticated');
    try {
      return Claims.parse(await verify(token));
    } catch (cause) {
      throw refusal(cause);
    }
  };
}

const PUBLIC_KEY_ALGORITHMS = ['RS256', 'ES256', 'EdDSA'] as const;

const Header = z.object({ kid: z.string().optional(), alg: z.string() });

type Checks = Omit<Parameters<typeof createVerifier>[0], 'key' | 'algorithms'>;

function createVerify(key: JwtKey, checks: Checks): (token: string) => Promise<unknown> {
  switch (key.kind) {
    case 'secret': {
      const verify = createVerifier({ ...checks, key: key.secret, algorithms: ['HS256'], cache: true });
      return async (token) => verify(token);
    }
    case 'public_key': {
      // Without `algorithms` the key itself tells its family, and a key that is no public key is refused at the start.
      const verify = createVerifier({ ...checks, key: key.pem, cache: true });
      return async (token) => verify(token);
    }
    case 'jwks':
      return createJwksVerify(key.url, checks);
  }
}

function createJwksVerify(jwksUrl: string, checks: Checks): (token: string) => Promise<unknown> {
  const url = new URL(jwksUrl);
  const jwks = buildGetJwks({ jwksPath: `${url.pathname}${url.search}`, ttl: 10 * 60_000, max: 50 });

  async function fetchKey({ header }: { header: unknown }): Promise<string> {
    const { kid, alg } = Header.parse(header);
    try {
      // The types ask for a kid; a set of one key may do without.
      const jwk = await jwks.getJwk({ domain: url.origin, alg, kid: kid as string });
      return createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' }).toString();
    } catch (cause) {
      if (isUnknownKey(cause)) throw cause;
      throw new ImageError('unavailable', { cause, retryAfterMs: KEY_SET_RETRY_MS });
    }
  }

  return createVerifier({ ...checks, algorithms: [...PUBLIC_KEY_ALGORITHMS], cache: true, key: fetchKey });
}

function isUnknownKey(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'JWK_NOT_FOUND';
}

/** A key set that is away says nothing about whoever asks. */
function refusal(cause: unknown): ImageError {
  const origin: unknown = cause instanceof TokenError ? cause.originalError : cause;
  return origin instanceof ImageError ? origin : new ImageError('unauthenticated', { cause });
}
