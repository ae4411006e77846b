import { createPublicKey, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import path from 'node:path';
import { parseEnv } from 'node:util';
import ipaddr from 'ipaddr.js';
import * as z from 'zod';

const flagged = (check: (text: string) => boolean, message: string) => z.string().refine(check, message);
/** Digits alone: what JavaScript would read into a blank, `0x10` or `1e3` is nobody's setting. */
function whole(min: number, max: number) {
  const message = `must be a whole number from ${min} to ${max}`;
  return flagged((text) => /^\d{1,15}$/.test(text) && Number(text) >= min && Number(text) <= max, message).transform(
    Number,
  );
}
const count = (fallback: number) => whole(0, 1_000_000_000).default(fallback);
const positive = (fallback: number) => whole(1, 2_147_483_647).default(fallback);
const address = flagged((text) => /^https?:\/\//.test(text) && URL.canParse(text), 'must be an http(s) URL');
/** What paths are put behind. */
const baseUrl = address.transform((text) => text.replace(/\/+$/, ''));

/** Fastify reads a string as addresses, and all proxies or none by a boolean. */
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

/** In one line, as settings are written, `\\n` stands for a line's end. */
const publicKey = z
  .string()
  .transform((text) => text.replaceAll('\\n', '\n'))
  .refine(isPublicKey, 'must be a public key in PEM: RSA, P-256 or Ed25519');

function isPublicKey(pem: string): boolean {
  if (pem.includes('PRIVATE KEY')) return false; // Node would derive the public one
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPublicKey(pem);
    return /^(rsa|ed25519)$/.test(asymmetricKeyType ?? '') || asymmetricKeyDetails?.namedCurve === 'prime256v1';
  } catch {
    return false;
  }
}

/** Every setting of interface.md, section 2. Rows that come later are not read yet. */
const Environment = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: whole(0, 65_535).default(8080),
  PUBLIC_URL: baseUrl.optional(),
  TRUST_PROXY: flagged(isTrustProxy, 'must be true, false, or addresses of proxies with commas between')
    .transform(readTrustProxy)
    .optional(),
  NODE_ENV: z.string().optional(),
  DATA_DIR: z.string().default('./data'),
  MINIMAX_API_KEY: flagged((text) => /^[\x21-\x7e]+$/.test(text), 'must be visible ASCII').optional(),
  MINIMAX_BASE_URL: baseUrl.optional(),
  MINIMAX_TIMEOUT_MS: positive(180_000),
  MINIMAX_RETRY_BASE_MS: positive(5_000),
  MINIMAX_RPM: whole(0, 100_000).optional(),
  MINIMAX_RESPONSE_FORMAT: z.enum(['url', 'base64']).default('url'),
  REFERENCE_DELIVERY: z.enum(['inline', 'url']).default('inline'),
  GENERATION_CONCURRENCY: whole(1, 1_000).default(4),
  QUEUE_LIMIT: positive(1_000),
  QUEUE_TTL_MS: positive(1_800_000),
  USER_ACTIVE_LIMIT: positive(20),
  USER_DAILY_IMAGES: count(0),
  DAILY_IMAGES: count(0),
  RATE_LIMIT_PER_MINUTE: count(60),
  DOWNLOAD_TIMEOUT_MS: positive(60_000),
  DOWNLOAD_MAX_BYTES: positive(26_214_400),
  DOWNLOAD_RETRY_FOR_MS: count(900_000),
  SHUTDOWN_GRACE_MS: whole(1, 2_147_483_647).optional(),
  JWT_SECRET: flagged((text) => Buffer.byteLength(text) >= 32, 'must be at least 32 bytes').optional(),
  JWT_PUBLIC_KEY: publicKey.optional(),
  JWT_JWKS_URL: address.optional(),
  JWT_ISSUER: z.string().optional(),
  JWT_AUDIENCE: z.string().optional(),
  CORS_ORIGINS: z.string().optional(),
  IMAGE_FORMAT: z.enum(['jpeg', 'webp', 'avif', 'original']).default('jpeg'),
  IMAGE_QUALITY: whole(1, 100).default(80),
  IMAGE_MAX_EDGE: whole(64, 8_192).default(2_048),
  FILE_URL_TTL_S: whole(2, 2_147_483_647).default(3_600), // links change at half of it
  RESULT_TTL_DAYS: z.coerce.number().positive().max(36_500).default(30),
  AIGC_PROPAGATOR: z.string().default('Darkroom'),
  METRICS_TOKEN: z.string().optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});

/** One clear line per fault. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(faults.join('\n'));
    this.faults = faults;
  }
}

/** A deployment that asks for scale-out must not quietly run without it. */
const LATER = ['DATABASE_URL', 'S3_BUCKET'];

const MINIMAX_BASE_URL = 'https://api.minimaxi.com';
/** MiniMax's own limit for every account (minimax-api.md, section 5); the simulator has none. */
const MINIMAX_RPM = 10;

export type Config = ReturnType<typeof readConfig>;

/** The settings of this process: its environment, then `.env` in the current folder. Throws `ConfigError`. */
export function loadConfig(): Config {
  const dotenv = existsSync('.env') ? parseEnv(readFileSync('.env', 'utf8')) : {};
  return readConfig({ ...dotenv, ...set(process.env) });
}

/** An empty string means unset. */
function set(env: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).flatMap(([name, value]) => (value ? [[name, value]] : [])));
}

export function readConfig(env: Record<string, string | undefined>) {
  const parsed = Environment.safeParse(set(env));
  if (!parsed.success) {
    throw new ConfigError(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
  }
  const { JWT_SECRET, JWT_PUBLIC_KEY, JWT_JWKS_URL, ...settings } = parsed.data;
  const isProduction = settings.NODE_ENV === 'production';
  const hostIsLoopback = /^(localhost|127(\.\d{1,3}){3}|::1)$/.test(settings.HOST);
  const faults = LATER.flatMap((name) => (env[name] ? [`${name}: comes with a later version`] : []));
  if (env.ROLE && env.ROLE !== 'all') faults.push('ROLE: only "all" in this version');

  const keys = [
    ...(JWT_SECRET === undefined ? [] : [{ kind: 'secret' as const, secret: JWT_SECRET }]),
    ...(JWT_PUBLIC_KEY === undefined ? [] : [{ kind: 'public_key' as const, pem: JWT_PUBLIC_KEY }]),
    ...(JWT_JWKS_URL === undefined ? [] : [{ kind: 'jwks' as const, url: JWT_JWKS_URL }]),
  ];
  if (keys.length > 1) faults.push('JWT_SECRET, JWT_PUBLIC_KEY, JWT_JWKS_URL: set exactly one of them');
  if (keys.length === 0 && isProduction) {
    faults.push('JWT_SECRET: needed in production (or JWT_PUBLIC_KEY, or JWT_JWKS_URL)');
  } else if (keys.length === 0 && !hostIsLoopback) {
    faults.push('JWT_SECRET: needed while HOST is not loopback (or JWT_PUBLIC_KEY, or JWT_JWKS_URL)');
  }
  if (settings.MINIMAX_API_KEY === undefined) {
    if (isProduction) faults.push('MINIMAX_API_KEY: needed in production');
    if (settings.MINIMAX_BASE_URL !== undefined) {
      faults.push('MINIMAX_API_KEY: needed with MINIMAX_BASE_URL (without both, the simulator is used)');
    }
  }
  if (faults.length > 0) throw new ConfigError(faults);

  const minimax =
    settings.MINIMAX_API_KEY === undefined
      ? null
      : { apiKey: settings.MINIMAX_API_KEY, baseUrl: settings.MINIMAX_BASE_URL ?? MINIMAX_BASE_URL };
  return Object.freeze({
    ...settings,
    DATA_DIR: path.resolve(settings.DATA_DIR),
    jwtKey: keys[0] ?? { kind: 'secret' as const, secret: keepJwtSecret(path.resolve(settings.DATA_DIR)) },
    /** Null: the simulator stands in for MiniMax. */
    minimax,
    MINIMAX_RPM: settings.MINIMAX_RPM ?? (minimax ? MINIMAX_RPM : 0),
    SHUTDOWN_GRACE_MS: settings.SHUTDOWN_GRACE_MS ?? settings.MINIMAX_TIMEOUT_MS + 10_000,
    isProduction,
    hostIsLoopback,
  });
}

/** A secret of this data folder, made once, for development. */
function keepJwtSecret(dataDir: string): string {
  const file = path.join(dataDir, 'jwt-secret');
  mkdirSync(dataDir, { recursive: true });
  try {
    writeFileSync(file, randomBytes(32).toString('base64url'), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  return readFileSync(file, 'utf8');
}
