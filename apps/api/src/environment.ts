import { createPublicKey } from 'node:crypto';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import * as z from 'zod';
import { LONGEST_TIMER_MS } from './clock.ts';
import { RESULT_FORMATS } from './media-types.ts';
import { ALL_MODELS, parseModels } from './offered-models.ts';
import { distance } from './settings/distance.ts';
import { isBaseUrl, isHostName, isHttpUrl, isOrigin, isProviderUrl } from './settings/urls.ts';

const flagged = (check: (text: string) => boolean, message: string) => z.string().refine(check, message);
/** Accepts decimal digits only: JavaScript would also read a blank, `0x10` and `1e3` as numbers. */
function whole(min: number, max: number) {
  const message = `must be a whole number from ${min} to ${max}`;
  return flagged((text) => /^\d{1,15}$/.test(text) && Number(text) >= min && Number(text) <= max, message).transform(
    Number,
  );
}
const count = (fallback: number) => whole(0, 1_000_000_000).default(fallback);
const positive = (fallback: number) => whole(1, LONGEST_TIMER_MS).default(fallback);
/** Fractions of a day are accepted, for testing. */
const days = flagged(
  (text) => /^\d{1,5}(\.\d{1,9})?$/.test(text) && Number(text) > 0 && Number(text) <= 36_500,
  'must be a number of days up to 36500, above 0',
).transform(Number);
const address = flagged(isHttpUrl, 'must be an http(s) URL without credentials, its host a name or an address');
const withoutSlash = (text: string) => text.replace(/\/+$/, '');
/** A URL to which paths are appended. */
const baseUrl = flagged(
  isBaseUrl,
  'must be an http(s) URL without query, fragment and credentials, its host a name or an address',
).transform(withoutSlash);
const providerUrl = flagged(
  isProviderUrl,
  'must be an http(s) URL without query, fragment, credentials and any path but /v1, such as https://api.minimaxi.com',
).transform(withoutSlash);

/** Normalised to the form that browsers send: an origin with a trailing slash or a capital letter would never match. */
const corsOrigins = z.string().transform((text, { addIssue }): string[] | '*' => {
  if (text.trim() === '*') return '*';
  const origins = text.split(',').map((origin) => origin.trim());
  if (!origins.every(isOrigin)) addIssue('must be *, or origins like https://app.example with commas between');
  return origins.filter(isOrigin).map((origin) => new URL(origin).origin);
});

const models = z.string().transform((text, { addIssue }) => {
  const parsed = parseModels(text);
  if (typeof parsed !== 'string') return parsed;
  addIssue(parsed);
  return z.NEVER;
});

/** Whether the text is an IP address or a host name alone: `http://0.0.0.0`, `localhost:8080` and `[::1]` are not. */
export function isListenHost(text: string): boolean {
  return isIP(text) !== 0 || (isHostName(text.toLowerCase()) && !text.startsWith('['));
}

/** Whether the text is probably a misspelling of "production", which would silently mean development. */
function isMisspeltProduction(text: string): boolean {
  const word = text.toLowerCase();
  return text !== 'production' && (/^pro?d$/.test(word) || distance(word, 'production') <= 2);
}

/**
 * Whether a header can carry the text. The token is compared with a header, which Node decodes as one character per
 * byte.
 */
function isHeaderText(text: string): boolean {
  return /^[\x20-\x7e\xa0-\xff]+$/.test(text);
}

/** An HMAC key must be at least as long as the digest, here 32 bytes (RFC 7518, section 3.2). */
export function isJwtSecret(text: string): boolean {
  return Buffer.byteLength(text) >= 32;
}

function isPostgresUrl(text: string): boolean {
  return /^postgres(ql)?:\/\//.test(text) && URL.canParse(text);
}

/** Fastify takes a string as proxy addresses, and a boolean as all proxies or none. */
function readTrustProxy(text: string): string | boolean {
  return text === 'true' || text === 'false' ? text === 'true' : text;
}
function isTrustProxy(text: string): boolean {
  if (typeof readTrustProxy(text) !== 'string') return true;
  return text.split(',').every((range) => isProxyRange(range.trim()));
}
function isProxyRange(range: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(range)) return true;
  if (range.includes('/')) return ipaddr.isValidCIDR(range) && !range.endsWith('/0');
  return isIP(range) !== 0;
}

/** A setting is a single line, in which `\\n` stands for a line break. */
const publicKey = z
  .string()
  .transform((text) => text.replaceAll('\\n', '\n'))
  .refine(isPublicKey, 'must be a public key in PEM: RSA, P-256 or Ed25519');

function isPublicKey(pem: string): boolean {
  if (pem.includes('PRIVATE KEY')) return false; // Node would derive the public key from it
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPublicKey(pem);
    return /^(rsa|ed25519)$/.test(asymmetricKeyType ?? '') || asymmetricKeyDetails?.namedCurve === 'prime256v1';
  } catch {
    return false;
  }
}

/** Every setting of interface.md, section 2, each validated by itself. */
export const Environment = z.object({
  HOST: flagged(isListenHost, 'must be an address or a name alone, without http:// and port').default('127.0.0.1'),
  PORT: whole(0, 65_535).default(8080),
  PUBLIC_URL: baseUrl.optional(),
  TRUST_PROXY: flagged(isTrustProxy, 'must be true, false, or addresses of proxies with commas between')
    .transform(readTrustProxy)
    .optional(),
  NODE_ENV: flagged((text) => !isMisspeltProduction(text), 'anything but "production" means development').optional(),
  DATA_DIR: z.string().default('./data'),
  DATABASE_URL: flagged(isPostgresUrl, 'must be a postgres:// URL').optional(),
  ROLE: z.enum(['api', 'worker', 'all']).default('all'),
  MINIMAX_API_KEY: flagged((text) => /^[\x21-\x7e]+$/.test(text), 'must be visible ASCII').optional(),
  MINIMAX_BASE_URL: providerUrl.optional(),
  MINIMAX_TIMEOUT_MS: positive(180_000),
  MINIMAX_RETRY_BASE_MS: positive(5_000),
  MINIMAX_RPM: whole(0, 100_000).optional(),
  MODELS: models.default([...ALL_MODELS]),
  MINIMAX_H3_TIMEOUT_MS: positive(600_000),
  MINIMAX_H3_RPM: whole(0, 100_000).optional(),
  MINIMAX_H3_CONCURRENCY: whole(1, 1_000).default(2),
  MINIMAX_RESPONSE_FORMAT: z.enum(['url', 'base64']).default('url'),
  REFERENCE_DELIVERY: z.enum(['inline', 'url']).default('inline'),
  GENERATION_CONCURRENCY: whole(1, 1_000).default(4),
  WORKER_LEASE_MS: whole(3_000, 600_000).default(15_000),
  QUEUE_LIMIT: positive(1_000),
  QUEUE_TTL_MS: positive(1_800_000),
  USER_ACTIVE_LIMIT: positive(20),
  USER_UPLOAD_BYTES: whole(0, 1_000_000_000_000).default(1_073_741_824),
  USER_DAILY_IMAGES: count(0),
  DAILY_IMAGES: count(0),
  USER_DAILY_UNITS: count(0),
  DAILY_UNITS: count(0),
  RATE_LIMIT_PER_MINUTE: count(60),
  DOWNLOAD_TIMEOUT_MS: positive(60_000),
  DOWNLOAD_MAX_BYTES: positive(26_214_400),
  DOWNLOAD_RETRY_FOR_MS: count(900_000),
  SHUTDOWN_GRACE_MS: whole(1, LONGEST_TIMER_MS).optional(),
  JWT_SECRET: flagged(isJwtSecret, 'must be at least 32 bytes').optional(),
  JWT_PUBLIC_KEY: publicKey.optional(),
  JWT_JWKS_URL: address.optional(),
  JWT_ISSUER: z.string().optional(),
  JWT_AUDIENCE: z.string().optional(),
  CORS_ORIGINS: corsOrigins.optional(),
  IMAGE_FORMAT: z.enum([...RESULT_FORMATS, 'original']).default('jpeg'),
  IMAGE_QUALITY: whole(1, 100).default(80),
  IMAGE_MAX_EDGE: whole(64, 8_192).optional(),
  FILE_URL_TTL_S: whole(2, 2_147_483_647).default(3_600), // links are renewed at half of it
  S3_BUCKET: flagged((text) => /^[\w.-]+$/.test(text), 'must be the name of a bucket alone').optional(),
  S3_ENDPOINT: baseUrl.optional(),
  // The region that stores without regions expect.
  S3_REGION: flagged((text) => /^[\w.-]+$/.test(text), 'must be the name of a region').default('us-east-1'),
  S3_ACCESS_KEY_ID: flagged((text) => /^[\x21-\x7e]+$/.test(text), 'must be visible ASCII').optional(),
  S3_SECRET_ACCESS_KEY: z.string().optional(),
  RESULT_TTL_DAYS: days.default(30),
  AIGC_PROPAGATOR: z.string().default('Darkroom'),
  METRICS_TOKEN: flagged(isHeaderText, 'must be one line of characters that a header can carry').optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});
