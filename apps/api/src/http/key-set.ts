import { createPublicKey } from 'node:crypto';
import { ImageError } from '@darkroom/contracts';
import * as z from 'zod';
import type { Clock } from '../clock.ts';
import {
  algorithmOf,
  createPublicKeyVerifier,
  type PublicKeyAlgorithm,
  type TokenChecks,
  type VerifyToken,
} from './public-key.ts';

/** Keys change. A request that finds a set older than this starts a new fetch, and is answered with the old set. */
const MAX_AGE_MS = 10 * 60_000;
/** The shortest time between the starts of two fetches, whatever keys tokens name. */
const COOL_DOWN_MS = 10_000;
const FETCH_TIMEOUT_MS = 5_000;
const BYTES_MAX = 256 * 1024;
const KEYS_MAX = 100;

/** The fields of a JSON Web Key that decide whether it is usable here (RFC 7517, section 4). */
const Jwk = z.looseObject({
  kty: z.string(),
  kid: z.string().optional(),
  use: z.literal('sig').optional(),
  alg: z.string().optional(),
});
const Jwks = z.object({ keys: z.array(z.unknown()).max(KEYS_MAX) });

/** The key that a token claims to be signed with. */
interface KeyName {
  alg: PublicKeyAlgorithm;
  kid: string | undefined;
}

interface Deps {
  url: string;
  checks: TokenChecks;
  /** Timeout of one fetch including its body, in milliseconds. */
  fetchTimeoutMs?: number | undefined;
  clock: Pick<Clock, 'monotonic'>;
  /** Called once for every failed fetch. */
  onError(error: unknown): void;
}

/**
 * Resolves to the verifier of one key, or to null if the set has no such key. Rejects with `unavailable` if the key is
 * not known and the set cannot be fetched: the token may still be valid.
 */
export type FindKey = (name: KeyName) => Promise<VerifyToken | null>;

/**
 * Finds keys in the set at a JWKS URL. The set is fetched when a token names an unknown key. Only one fetch runs at a
 * time, and at most one starts per cool-down, so that invented key names cause no extra load. A failed fetch keeps the
 * known keys.
 */
export function createFindKey({ url, checks, fetchTimeoutMs = FETCH_TIMEOUT_MS, clock, onError }: Deps): FindKey {
  let keys = new Map<string, VerifyToken>();
  let readAt = Number.NEGATIVE_INFINITY;
  let fetchStartedAt = Number.NEGATIVE_INFINITY;
  let fetching: Promise<void> | null = null;

  /** Resolves when the running fetch has ended. Starts no fetch within the cool-down. */
  function refresh(): Promise<void> | null {
    if (fetching || clock.monotonic() - fetchStartedAt < COOL_DOWN_MS) return fetching;
    fetchStartedAt = clock.monotonic();
    fetching = readKeys()
      .catch(onError)
      .finally(() => {
        fetching = null;
      });
    return fetching;
  }

  async function readKeys(): Promise<void> {
    const { keys: jwks } = Jwks.parse(JSON.parse(await fetchText(url, fetchTimeoutMs)));
    keys = new Map(jwks.flatMap((jwk) => readKey(jwk, checks)));
    readAt = fetchStartedAt;
  }

  return async function findKey(name) {
    const id = keyId(name);
    const known = keys.get(id);
    if (known) {
      if (clock.monotonic() - readAt >= MAX_AGE_MS) void refresh();
      return known;
    }
    await refresh();
    const found = keys.get(id) ?? null;
    if (!found && readAt < fetchStartedAt) {
      throw new ImageError('unavailable', { retryAfterMs: fetchStartedAt + COOL_DOWN_MS - clock.monotonic() });
    }
    return found;
  };
}

/** Unique for each name, because an algorithm contains no slash. */
function keyId({ alg, kid }: KeyName): string {
  return `${alg}/${kid ?? ''}`;
}

/** Empty for a key that is not usable here: another use, another family or algorithm, or not readable. */
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
    // biome-ignore lint/plugin: a deadline on an HTTP exchange, in real time.
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
