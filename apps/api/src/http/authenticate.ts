import { createPublicKey } from 'node:crypto';
import { ImageError, type Viewer } from '@darkroom/contracts';
import { createVerifier } from 'fast-jwt';
import type { FastifyRequest } from 'fastify';
import * as z from 'zod';
import { createFindKey, type FindKey } from './key-set.ts';
import {
  algorithmOf,
  createPublicKeyVerifier,
  PUBLIC_KEY_ALGORITHMS,
  type TokenChecks,
  type VerifyToken,
} from './public-key.ts';

const LEEWAY_MS = 5_000;
const KID_MAX_LENGTH = 256;
const LARGEST_ID = 2n ** 63n - 1n;

/**
 * A 64-bit id as its digits. A JSON number is taken only while it still is the number that was sent: past 2^53 - 1 it has
 * lost its last digits, and would be somebody else.
 */
export const Id = z
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
  /** Milliseconds for one fetch of a key set. */
  fetchTimeoutMs?: number;
  /** Milliseconds that pass evenly. */
  stopwatch(): number;
  log: { warn(facts: object, message: string): void };
}

/** Tells who sends a request, by its bearer token. Rejects with `unauthenticated`, or `unavailable` without the keys. */
export type Authenticate = (request: Pick<FastifyRequest, 'headers'>) => Promise<Viewer>;

/** Throws for a public key of no family that is taken. */
export function createAuthenticate({ issuer, audience, ...options }: AuthenticateOptions): Authenticate {
  const verify = createVerify(options, {
    clockTolerance: LEEWAY_MS,
    errorCacheTTL: () => Number.NEGATIVE_INFINITY, // time may mend a refusal; by default it is kept for the leeway
    // What a token does not say is not checked, unless it has to say it.
    requiredClaims: ['exp', ...(issuer === undefined ? [] : ['iss']), ...(audience === undefined ? [] : ['aud'])],
    ...(issuer !== undefined && { allowedIss: issuer }),
    ...(audience !== undefined && { allowedAud: audience }),
  });

  return async function authenticate(request) {
    const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined) throw new ImageError('unauthenticated');
    try {
      return Claims.parse(await verify(token));
    } catch (cause) {
      throw cause instanceof ImageError ? cause : new ImageError('unauthenticated', { cause });
    }
  };
}

type KeyOptions = Pick<AuthenticateOptions, 'key' | 'fetchTimeoutMs' | 'stopwatch' | 'log'>;

function createVerify({ key, fetchTimeoutMs, stopwatch, log }: KeyOptions, checks: TokenChecks): VerifyToken {
  switch (key.kind) {
    case 'secret':
      return createVerifier({ ...checks, key: key.secret, algorithms: ['HS256'], cache: true });
    case 'public_key': {
      const publicKey = createPublicKey(key.pem);
      const algorithm = algorithmOf(publicKey);
      if (algorithm === null) throw new Error('JWT_PUBLIC_KEY is neither RSA, P-256 nor Ed25519');
      return createPublicKeyVerifier(publicKey, algorithm, checks);
    }
    case 'jwks': {
      const onFault = (err: unknown) => log.warn({ err }, 'the key set could not be read');
      return verifyByKeySet(createFindKey({ url: key.url, checks, fetchTimeoutMs, stopwatch, onFault }));
    }
  }
}

const Header = z.object({ alg: z.enum(PUBLIC_KEY_ALGORITHMS), kid: z.string().max(KID_MAX_LENGTH).optional() });

function verifyByKeySet(findKey: FindKey): VerifyToken {
  return async (token) => {
    const [header = ''] = token.split('.', 1);
    const { alg, kid } = Header.parse(JSON.parse(Buffer.from(header, 'base64url').toString()));
    const verify = await findKey({ alg, kid });
    if (!verify) throw new Error('no key of the set is called so');
    return verify(token);
  };
}
