import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { LONGEST_TIMER_MS } from './clock.ts';
import { Environment, isJwtSecret, isListenHost } from './environment.ts';
import { isLoopbackName } from './settings/loopback.ts';
import { type Dotenv, type DotenvOddities, readDotenv } from './settings/read-dotenv.ts';
import { readSecretFiles, SECRETS } from './settings/secret-files.ts';
import { findWarnings } from './settings/setting-warnings.ts';
import { findUnknownNames } from './settings/unknown-names.ts';

/** Invalid settings. The message has one line per fault. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: readonly string[];

  constructor(faults: readonly string[], options?: ErrorOptions) {
    super(faults.join('\n'), options);
    this.faults = faults;
  }
}

const MINIMAX_BASE_URL = 'https://api.minimaxi.com';
/**
 * MiniMax's rate limit for every account, in calls per minute (minimax-api.md, section 5). The simulator has none.
 * Assumed for the H3 family as well: its limit is not known.
 */
const MINIMAX_RPM = 10;
const IMAGE_MAX_EDGE = 2_048;
const H3_IMAGE_MAX_EDGE = 8_192;
/** Time that a drain allows beyond the longest call, to download and store its images. */
const SAVING_ALLOWANCE_MS = 10_000;
const DAY_MS = 24 * 60 * 60 * 1_000;
const JWT_KEYS = ['JWT_SECRET', 'JWT_PUBLIC_KEY', 'JWT_JWKS_URL'];
/** Settings that require S3_BUCKET: without it they would silently have no effect. The region has a default. */
const S3_DEPENDENTS = Object.keys(Environment.shape).filter(
  (name) => name.startsWith('S3_') && name !== 'S3_BUCKET' && name !== 'S3_REGION',
);

const SETTINGS = [...Object.keys(Environment.shape), ...SECRETS.map((name) => `${name}_FILE`)];

/** Settings with a value, trimmed. */
type Given = Readonly<Record<string, string>>;

export type Config = ReturnType<typeof readConfig>;

/**
 * Reads the settings of this process from its environment and from `.env` in the current folder. The environment takes
 * precedence. Throws `ConfigError`.
 */
export function loadConfig(): Config {
  const { values, oddities } = openDotenv();
  const own = set(process.env);
  const isRead = (name: string) => SETTINGS.includes(name) && !(name in own);
  const { cut, unread } = oddities;
  return readConfig({ ...values, ...own }, { cut: cut.filter(isRead), unread: unread.filter(isRead) });
}

function openDotenv(): Dotenv {
  try {
    return readDotenv();
  } catch (cause) {
    throw new ConfigError([`.env cannot be read: ${cause instanceof Error ? cause.message : cause}`], { cause });
  }
}

/** Trims the values. A blank value means unset. */
function set(env: Record<string, string | undefined>): Given {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value?.trim() ? [[name, value.trim()]] : [])),
  );
}

export function readConfig(env: Record<string, string | undefined>, oddities?: DotenvOddities) {
  const values = set(env);
  const quoted = findQuoted(values);
  const { given, faults } = readSecretFiles(without(values, quoted));
  quoted.push(...findQuoted(given));
  const unknown = findUnknownNames(values, SETTINGS);
  const unread = Object.keys(given).filter((name) => given[name] === '');
  const parsed = Environment.safeParse(without(given, [...quoted, ...unread]));
  faults.push(...quoted.map((name) => `${name}: is in quotes, which would be part of it; leave them out`));
  faults.push(...(parsed.error?.issues ?? []).map((issue) => `${issue.path.join('.')}: ${issue.message}`));
  faults.push(...findFaultsBetween({ ...values, ...given }), ...unknown.faults);
  if (!parsed.success || faults.length > 0) throw new ConfigError(faults);

  const { JWT_SECRET, JWT_PUBLIC_KEY, JWT_JWKS_URL, S3_BUCKET, ...others } = parsed.data;
  const { S3_ENDPOINT, S3_REGION, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY, ...settings } = others;
  // A further S3 setting does not compile until it is read here.
  settings satisfies { [Name in Extract<keyof typeof settings, `S3_${string}`>]: never };
  const DATA_DIR = path.resolve(settings.DATA_DIR);
  const keys = [
    ...(JWT_SECRET === undefined ? [] : [{ kind: 'secret' as const, secret: JWT_SECRET }]),
    ...(JWT_PUBLIC_KEY === undefined ? [] : [{ kind: 'public_key' as const, pem: JWT_PUBLIC_KEY }]),
    ...(JWT_JWKS_URL === undefined ? [] : [{ kind: 'jwks' as const, url: JWT_JWKS_URL }]),
  ];
  const minimax =
    settings.MINIMAX_API_KEY === undefined
      ? null
      : { apiKey: settings.MINIMAX_API_KEY, baseUrl: settings.MINIMAX_BASE_URL ?? MINIMAX_BASE_URL };
  return Object.freeze({
    ...settings,
    DATA_DIR,
    /** Null: files are stored in DATA_DIR. */
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
    jwtKey: keys[0] ?? { kind: 'secret' as const, secret: loadJwtSecret(DATA_DIR) },
    /** Null: the simulator replaces MiniMax. */
    minimax,
    MINIMAX_RPM: settings.MINIMAX_RPM ?? (minimax ? MINIMAX_RPM : 0),
    MINIMAX_H3_RPM: settings.MINIMAX_H3_RPM ?? (minimax ? MINIMAX_RPM : 0),
    SHUTDOWN_GRACE_MS:
      settings.SHUTDOWN_GRACE_MS ?? Math.min(settings.MINIMAX_TIMEOUT_MS + SAVING_ALLOWANCE_MS, LONGEST_TIMER_MS),
    resultTtlMs: settings.RESULT_TTL_DAYS * DAY_MS,
    IMAGE_MAX_EDGE: settings.IMAGE_MAX_EDGE ?? IMAGE_MAX_EDGE,
    /** Larger by default: whoever requests 4K pays for its pixels. */
    h3ImageMaxEdge: settings.IMAGE_MAX_EDGE ?? H3_IMAGE_MAX_EDGE,
    isProduction: settings.NODE_ENV === 'production',
    hostIsLoopback: isLoopbackName(settings.HOST),
    /** Warnings to be logged at the start. */
    warnings: findWarnings(given, unknown.foreign, oddities),
  });
}

/** Finds values in quotes, which `docker run --env-file` and YAML do not always remove. */
function findQuoted(given: Given): string[] {
  return SETTINGS.filter((name) => /^(".*"|'.*'|`.*`|“.*”|‘.*’)$/s.test(given[name] ?? ''));
}

function without(given: Given, names: readonly string[]): Given {
  return Object.fromEntries(Object.entries(given).filter(([name]) => !names.includes(name)));
}

/** Checks combinations of settings, independently of the checks of single settings. Returns one line per fault. */
function findFaultsBetween(given: Given): string[] {
  return [...roleFaults(given), ...s3Faults(given), ...jwtFaults(given), ...minimaxFaults(given)];
}

function roleFaults({ ROLE = 'all', DATABASE_URL }: Given): string[] {
  if (!['api', 'worker'].includes(ROLE) || DATABASE_URL !== undefined) return [];
  return ['ROLE: only "all" without DATABASE_URL, since SQLite belongs to one process'];
}

function s3Faults(given: Given): string[] {
  const faults: string[] = [];
  const dependents = S3_DEPENDENTS.filter((name) => name in given);
  if (!('S3_BUCKET' in given) && dependents.length > 0) faults.push(`S3_BUCKET: needed with ${dependents.join(', ')}`);
  if ('S3_ACCESS_KEY_ID' in given !== 'S3_SECRET_ACCESS_KEY' in given) {
    faults.push('S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY: set both, or neither to use what the machine is granted');
  }
  if (containsBucket(given)) faults.push('S3_ENDPOINT: must not name the bucket, which is put in from S3_BUCKET');
  return faults;
}

/**
 * Whether the endpoint contains the bucket, as cloud consoles show it: in the path, or as the first label of the host.
 */
function containsBucket({ S3_BUCKET = '', S3_ENDPOINT = '' }: Given): boolean {
  const url = URL.parse(S3_ENDPOINT);
  if (!url || S3_BUCKET === '') return false;
  const [first, ...store] = url.hostname.split(/\.(.*)/s);
  const isInHost = first === S3_BUCKET.toLowerCase() && /^(s3|oss|cos|tos)[.-]/.test(store[0] ?? '');
  return isInHost || url.pathname.replace(/\/+$/, '').endsWith(`/${S3_BUCKET}`);
}

function jwtFaults(given: Given): string[] {
  const keys = JWT_KEYS.filter((name) => name in given);
  if (keys.length > 1) return ['JWT_SECRET, JWT_PUBLIC_KEY, JWT_JWKS_URL: set exactly one of them'];
  if (keys.length === 1) return [];
  if (given.NODE_ENV === 'production') {
    return ['JWT_SECRET: needed in production (or JWT_PUBLIC_KEY, or JWT_JWKS_URL)'];
  }
  if (given.HOST === undefined || isLoopbackName(given.HOST) || !isListenHost(given.HOST)) return [];
  return ['JWT_SECRET: needed while HOST is not loopback (or JWT_PUBLIC_KEY, or JWT_JWKS_URL)'];
}

function minimaxFaults({ NODE_ENV, MINIMAX_API_KEY, MINIMAX_BASE_URL }: Given): string[] {
  if (MINIMAX_API_KEY !== undefined) return [];
  const faults: string[] = [];
  if (NODE_ENV === 'production') faults.push('MINIMAX_API_KEY: needed in production');
  if (MINIMAX_BASE_URL !== undefined) {
    faults.push('MINIMAX_API_KEY: needed with MINIMAX_BASE_URL (without both, the simulator is used)');
  }
  return faults;
}

/** Returns the JWT secret of this data folder, for development. It is generated once. */
function loadJwtSecret(dataDir: string): string {
  const file = path.join(dataDir, 'jwt-secret');
  const secret = readOrCreateSecret(file);
  if (!isJwtSecret(secret)) {
    throw new ConfigError([`JWT_SECRET: ${file} holds less than 32 bytes; remove it to have a new one made`]);
  }
  return secret;
}

function readOrCreateSecret(file: string): string {
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    if (!existsSync(file) || readFileSync(file, 'utf8').trim() === '') writeSecret(file);
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new ConfigError([`DATA_DIR cannot be used: ${cause instanceof Error ? cause.message : cause}`], { cause });
  }
}

/** Writes the secret atomically: an interruption never leaves a partial file. */
function writeSecret(file: string): void {
  const temporary = `${file}.${randomUUID()}`;
  try {
    writeFileSync(temporary, randomBytes(32).toString('base64url'), { mode: 0o600, flush: true });
    renameSync(temporary, file);
  } finally {
    rmSync(temporary, { force: true });
  }
}
