import { createPublicKey } from 'node:crypto';
import { ImageError, type Viewer } from '@darkroom/contracts';
import type { FastifyRequest } from 'fastify';
import * as z from 'zod';
import type { Clock } from '../clock.ts';
import { createFindKey, type FindKey } from './key-set.ts';
import { createKnownViewers } from './known-viewers.ts';
import {
  algorithmOf,
  createPublicKeyVerifier,
  PUBLIC_KEY_ALGORITHMS,
  type TokenChecks,
  type VerifyToken,
} from './public-key.ts';
import { createSecretVerifier } from './shared-secret.ts';
import { refuseToken, Unauthenticated } from './unauthenticated.ts';

const LEEWAY_MS = 5_000;
const KID_MAX_LENGTH = 256;
const LARGEST_ID = 2n ** 63n - 1n;

/**
 * A 64-bit id as a string of digits. A JSON number is accepted up to 2^53 - 1: a larger one has lost its last digits
 * and would name another user.
 */
export const Id = z
  .union([z.int().min(0), z.string().regex(/^\d{1,40}$/)])
  .transform((id) => BigInt(id))
  .refine((id) => id <= LARGEST_ID)
  .transform(String);

/** The user of a token: a 64-bit id, or any other string as it is. Rejects digits that are no such id. */
const UserId = z.union([Id, z.string().regex(/^(?!\d+$)[\x20-\x7e]{1,128}$/)]);

const Claims = z
  .object({ user_id: UserId.optional(), sub: z.unknown().optional(), star_id: Id.nullish(), exp: z.number() })
  .transform(({ user_id, sub, star_id, exp }): unknown => ({
    viewer: { user_id: user_id ?? sub, star_id: star_id ?? null },
    exp,
  }))
  .pipe(z.object({ viewer: z.object({ user_id: UserId, star_id: Id.nullable() }), exp: z.number() }));

/** The key that verifies tokens: exactly one kind, with its own family of algorithms. */
export type JwtKey =
  | { kind: 'secret'; secret: string }
  | { kind: 'public_key'; pem: string }
  | { kind: 'jwks'; url: string };

export interface AuthenticateOptions {
  key: JwtKey;
  issuer: string | undefined;
  audience: string | undefined;
  /** Timeout of one fetch of a key set, in milliseconds. */
  fetchTimeoutMs?: number;
  clock: Pick<Clock, 'now' | 'monotonic'>;
  log: { warn(fields: object, message: string): void };
}

/**
 * Identifies the user of a request by its bearer token: at once if the same token was verified before. Rejects with
 * `unauthenticated`, or with `unavailable` if the keys cannot be fetched.
 */
export type Authenticate = (request: Pick<FastifyRequest, 'headers'>) => Viewer | Promise<Viewer>;

/** Throws for a public key that is neither RSA, P-256 nor Ed25519. */
export function createAuthenticate({ issuer, audience, ...options }: AuthenticateOptions): Authenticate {
  const verify = createVerify(options, {
    clockTolerance: LEEWAY_MS,
    errorCacheTTL: () => Number.NEGATIVE_INFINITY, // a refusal may expire; the default caches it for the leeway
    // fast-jwt checks a claim only if the token has it, unless the claim is required.
    requiredClaims: ['exp', ...(issuer === undefined ? [] : ['iss']), ...(audience === undefined ? [] : ['aud'])],
    ...(issuer !== undefined && { allowedIss: issuer }),
    ...(audience !== undefined && { allowedAud: audience }),
  });

  // A key of a key set can be withdrawn at any time, a key of the settings only by a restart.
  const known = options.key.kind === 'jwks' ? null : createKnownViewers(options.clock);

  async function verifyHeader(authorization: string): Promise<Viewer> {
    const credentials = /^Bearer +(.*)$/i.exec(authorization)?.[1];
    if (credentials === undefined) throw new Unauthenticated('missing');
    const token = /^[\w-]+\.[\w-]+\.[\w-]+$/.exec(credentials)?.[0];
    if (token === undefined) throw new Unauthenticated('malformed');
    try {
      const { viewer, exp } = Claims.parse(await verify(token));
      known?.add(authorization, viewer, exp * 1_000);
      return viewer;
    } catch (cause) {
      throw cause instanceof ImageError ? cause : refuseToken(cause);
    }
  }

  return function authenticate({ headers: { authorization = '' } }) {
    return known?.get(authorization) ?? verifyHeader(authorization);
  };
}

type KeyOptions = Pick<AuthenticateOptions, 'key' | 'fetchTimeoutMs' | 'clock' | 'log'>;

function createVerify({ key, fetchTimeoutMs, clock, log }: KeyOptions, checks: TokenChecks): VerifyToken {
  switch (key.kind) {
    case 'secret':
      return createSecretVerifier(key.secret, checks);
    case 'public_key': {
      const publicKey = createPublicKey(key.pem);
      const algorithm = algorithmOf(publicKey);
      if (algorithm === null) throw new Error('JWT_PUBLIC_KEY is neither RSA, P-256 nor Ed25519');
      return createPublicKeyVerifier(publicKey, algorithm, checks);
    }
    case 'jwks': {
      const onError = (err: unknown) => log.warn({ err }, 'JWKS could not be fetched or parsed');
      return verifyByKeySet(createFindKey({ url: key.url, checks, fetchTimeoutMs, clock, onError }));
    }
  }
}

const Header = z.object({ alg: z.string(), kid: z.string().max(KID_MAX_LENGTH).optional() });
const Algorithm = z.enum(PUBLIC_KEY_ALGORITHMS);

function verifyByKeySet(findKey: FindKey): VerifyToken {
  return async (token) => {
    const header = Header.safeParse(readHeader(token)).data;
    if (!header) throw new Unauthenticated('malformed');
    const alg = Algorithm.safeParse(header.alg).data;
    if (alg === undefined) throw new Unauthenticated('algorithm');
    const verify = await findKey({ alg, kid: header.kid });
    if (!verify) throw new Unauthenticated('unknown_key');
    return verify(token);
  };
}

function readHeader(token: string): unknown {
  const [header = ''] = token.split('.', 1);
  try {
    return JSON.parse(Buffer.from(header, 'base64url').toString());
  } catch {
    return null;
  }
}
