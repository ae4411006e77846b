import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { Environment, LONGEST_TIMER_MS } from './environment.ts';

/** One clear line per fault. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(faults.join('\n'));
    this.faults = faults;
  }
}

/** Without a bucket they would quietly do nothing. */
const S3_NEIGHBOURS = ['S3_ENDPOINT', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'];

const MINIMAX_BASE_URL = 'https://api.minimaxi.com';
/** MiniMax's own limit for every account (minimax-api.md, section 5); the simulator has none. */
const MINIMAX_RPM = 10;
/** What a drain adds to the longest call: its pictures are still to be fetched. */
const AFTER_A_CALL_MS = 10_000;

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
  const { JWT_SECRET, JWT_PUBLIC_KEY, JWT_JWKS_URL, S3_BUCKET, ...others } = parsed.data;
  const { S3_ENDPOINT, S3_REGION, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY, ...settings } = others;
  const isProduction = settings.NODE_ENV === 'production';
  const hostIsLoopback = /^(localhost|127(\.\d{1,3}){3}|::1)$/.test(settings.HOST);
  const faults: string[] = [];
  if (settings.ROLE !== 'all' && settings.DATABASE_URL === undefined) {
    faults.push('ROLE: only "all" without DATABASE_URL, since SQLite belongs to one process');
  }
  if (S3_BUCKET === undefined) {
    const stray = S3_NEIGHBOURS.filter((name) => env[name]);
    if (stray.length > 0) faults.push(`S3_BUCKET: needed with ${stray.join(', ')}`);
  }
  if ((S3_ACCESS_KEY_ID === undefined) !== (S3_SECRET_ACCESS_KEY === undefined)) {
    faults.push('S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY: set both, or neither to use what the machine is granted');
  }
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
    /** Null: pictures live in DATA_DIR. */
    s3:
      S3_BUCKET === undefined
        ? null
        : {
            bucket: S3_BUCKET,
            region: S3_REGION,
            ...(S3_ENDPOINT !== undefined && { endpoint: S3_ENDPOINT }),
            ...(S3_ACCESS_KEY_ID !== undefined &&
              S3_SECRET_ACCESS_KEY !== undefined && {
                credentials: { accessKeyId: S3_ACCESS_KEY_ID, secretAccessKey: S3_SECRET_ACCESS_KEY },
              }),
          },
    jwtKey: keys[0] ?? { kind: 'secret' as const, secret: keepJwtSecret(path.resolve(settings.DATA_DIR)) },
    /** Null: the simulator stands in for MiniMax. */
    minimax,
    MINIMAX_RPM: settings.MINIMAX_RPM ?? (minimax ? MINIMAX_RPM : 0),
    SHUTDOWN_GRACE_MS:
      settings.SHUTDOWN_GRACE_MS ?? Math.min(settings.MINIMAX_TIMEOUT_MS + AFTER_A_CALL_MS, LONGEST_TIMER_MS),
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
