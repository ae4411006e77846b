import { createPublicKey } from 'node:crypto';
import { ImageError } from '@darkroom/contracts';
import * as z from 'zod';
import {
  algorithmOf,
  createPublicKeyVerifier,
  type PublicKeyAlgorithm,
  type TokenChecks,
  type VerifyToken,
} from './public-key.ts';

/** Keys come and go: a set that was read longer ago is read again, while the request that finds it so is answered by it. */
const FRESH_FOR_MS = 10 * 60_000;
/** The shortest time between two fetches, whatever tokens ask for. */
const COOL_DOWN_MS = 10_000;
const FETCH_TIMEOUT_MS = 5_000;
const BYTES_MAX = 256 * 1024;
const KEYS_MAX = 100;

/** What of a JSON Web Key tells whether it is for us (RFC 7517, section 4). */
const Jwk = z.looseObject({
  kty: z.string(),
  kid: z.string().optional(),
  use: z.literal('sig').optional(),
  alg: z.string().optional(),
});
const Jwks = z.object({ keys: z.array(z.unknown()).max(KEYS_MAX) });

/** Which key a token says that it was signed by. */
export interface KeyName {
  alg: PublicKeyAlgorithm;
  kid: string | undefined;
}

interface Deps {
  url: string;
  checks: TokenChecks;
  /** Milliseconds for one fetch, whole exchange. */
  fetchTimeoutMs?: number | undefined;
  monotonic(): number;
  /** Told once for every fetch that failed. */
  onFault(error: unknown): void;
}

/**
 * What verifies the tokens of one key; null when the set has no such key. Rejects with `unavailable` when the key is not
 * known and the set cannot be had: that says nothing about whoever asks.
 */
export type FindKey = (name: KeyName) => Promise<VerifyToken | null>;

/**
 * The keys at a JWKS address. They are fetched when a token first names one, one fetch at a time and one a cool-down, so
 * that made-up names cost nothing; a set that cannot be had now leaves the keys that are known as they are.
 */
export function createFindKey({ url, checks, fetchTimeoutMs = FETCH_TIMEOUT_MS, monotonic, onFault }: Deps): FindKey {
  let keys = new Map<string, VerifyToken>();
  let readAt = Number.NEGATIVE_INFINITY;
  let triedAt = Number.NEGATIVE_INFINITY;
  let fetching: Promise<void> | null = null;

  /** Resolves once the fetch that runs has ended; within the cool-down none begins. */
  function refresh(): Promise<void> | null {
    if (fetching || monotonic() - triedAt < COOL_DOWN_MS) return fetching;
    triedAt = monotonic();
    fetching = readKeys()
      .catch(onFault)
      .finally(() => {
        fetching = null;
      });
    return fetching;
  }

  async function readKeys(): Promise<void> {
    const { keys: jwks } = Jwks.parse(JSON.parse(await fetchText(url, fetchTimeoutMs)));
    keys = new Map(jwks.flatMap((jwk) => readKey(jwk, checks)));
    readAt = triedAt;
  }

  return async function findKey(name) {
    const id = keyId(name);
    const known = keys.get(id);
    if (known) {
      if (monotonic() - readAt >= FRESH_FOR_MS) void refresh();
      return known;
    }
    await refresh();
    const found = keys.get(id) ?? null;
    if (!found && readAt < triedAt) {
      throw new ImageError('unavailable', { retryAfterMs: triedAt + COOL_DOWN_MS - monotonic() });
    }
    return found;
  };
}

/** Algorithms hold no slash, so two names never meet. */
function keyId({ alg, kid }: KeyName): string {
  return `${alg}/${kid ?? ''}`;
}

/** Nothing for a key that is not for us: another use, another family, not readable. */
function readKey(candidate: unknown, checks: TokenChecks): [id: string, verify: VerifyToken][] {
  const jwk = Jwk.safeParse(candidate).data;
  if (!jwk) return [];
  try {
    const key = createPublicKey({ key: jwk, format: 'jwk' });
    const alg = algorithmOf(key);
    if (alg === null || (jwk.alg !== undefined && jwk.alg !== alg)) return [];
    return [[keyId({ alg, kid: jwk.kid }), createPublicKeyVerifier(key, alg, checks)]];
  } catch {
    return [];
  }
}

async function fetchText(url: string, timeoutMs: number): Promise<string> {
  const response = await fetch(url, {
    headers: { accept: 'application/json' },
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (!response.ok) {
    await response.body?.cancel();
    throw new Error(`The key set answered HTTP ${response.status}`);
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > BYTES_MAX) throw new Error(`The key set is larger than ${BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
