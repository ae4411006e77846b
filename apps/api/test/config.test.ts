import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ConfigError, loadConfig, readConfig } from '../src/config.ts';

const SECRET = 'a secret of thirty-two bytes, or more';
const rsa = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const pem = rsa.publicKey;
const otherCurve = generateKeyPairSync('ec', { namedCurve: 'P-384' })
  .publicKey.export({ type: 'spki', format: 'pem' })
  .toString();

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'darkroom-config-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const read = (env: Record<string, string | undefined> = {}) =>
  readConfig({ DATA_DIR: dir, JWT_SECRET: SECRET, ...env });

function faultsOf(env: Record<string, string | undefined>): readonly string[] {
  try {
    read(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
}

test('gives every setting its documented default', () => {
  expect(read()).toEqual({
    HOST: '127.0.0.1',
    PORT: 8080,
    DATA_DIR: dir,
    ROLE: 'all',
    MINIMAX_TIMEOUT_MS: 180_000,
    MINIMAX_RETRY_BASE_MS: 5_000,
    MINIMAX_RPM: 0,
    MODELS: ['image-01', 'image-01-live', 'MiniMax-H3-Image', 'MiniMax-H3-Image-Highspeed'],
    MINIMAX_H3_TIMEOUT_MS: 600_000,
    MINIMAX_H3_RPM: 0,
    MINIMAX_H3_CONCURRENCY: 2,
    MINIMAX_RESPONSE_FORMAT: 'url',
    REFERENCE_DELIVERY: 'inline',
    GENERATION_CONCURRENCY: 4,
    WORKER_LEASE_MS: 15_000,
    QUEUE_LIMIT: 1_000,
    QUEUE_TTL_MS: 1_800_000,
    USER_ACTIVE_LIMIT: 20,
    USER_DAILY_IMAGES: 0,
    DAILY_IMAGES: 0,
    USER_DAILY_UNITS: 0,
    DAILY_UNITS: 0,
    RATE_LIMIT_PER_MINUTE: 60,
    USER_UPLOAD_BYTES: 1_073_741_824,
    DOWNLOAD_TIMEOUT_MS: 60_000,
    DOWNLOAD_MAX_BYTES: 26_214_400,
    DOWNLOAD_RETRY_FOR_MS: 900_000,
    SHUTDOWN_GRACE_MS: 190_000,
    IMAGE_FORMAT: 'jpeg',
    IMAGE_QUALITY: 80,
    IMAGE_MAX_EDGE: 2_048,
    h3ImageMaxEdge: 8_192,
    FILE_URL_TTL_S: 3_600,
    RESULT_TTL_DAYS: 30,
    resultTtlMs: 2_592_000_000,
    AIGC_PROPAGATOR: 'Darkroom',
    LOG_LEVEL: 'info',
    jwtKey: { kind: 'secret', secret: SECRET },
    s3: null,
    minimax: null,
    isProduction: false,
    hostIsLoopback: true,
    warnings: [],
  });
});

test('stores data in ./data and freezes the settings', () => {
  const config = read({ DATA_DIR: undefined });
  expect(config.DATA_DIR).toBe(path.resolve('data'));
  expect(Object.isFrozen(config)).toBe(true);
});

test('treats an empty string as unset', () => {
  const names = ['PORT', 'PUBLIC_URL', 'MINIMAX_API_KEY', 'MINIMAX_RPM', 'JWT_PUBLIC_KEY', 'IMAGE_FORMAT', 'NODE_ENV'];
  expect(read(Object.fromEntries(names.map((name) => [name, ''])))).toEqual(read());
});

test.each([
  ['a provider key without a base URL selects MiniMax in China', {}, 'https://api.minimaxi.com'],
  ['a base URL may name any origin', { MINIMAX_BASE_URL: 'https://api.minimax.io/' }, 'https://api.minimax.io'],
])('derives the provider settings: %s', (_, env, baseUrl) => {
  const config = read({ MINIMAX_API_KEY: 'key', ...env });
  expect(config).toMatchObject({ minimax: { apiKey: 'key', baseUrl }, MINIMAX_RPM: 10, MINIMAX_H3_RPM: 10 });
});

test('keeps the values that were set', () => {
  const env = { MINIMAX_RPM: '7', MINIMAX_TIMEOUT_MS: '1000', PUBLIC_URL: 'https://darkroom.example/', PORT: '0' };
  expect(read(env)).toMatchObject({
    MINIMAX_RPM: 7,
    SHUTDOWN_GRACE_MS: 11_000,
    PUBLIC_URL: 'https://darkroom.example',
    PORT: 0,
  });
});

test('limits MINIMAX_TIMEOUT_MS so that the resulting drain fits a timer', () => {
  const longest = 2 ** 31 - 1;
  expect(read({ MINIMAX_TIMEOUT_MS: String(longest) }).SHUTDOWN_GRACE_MS).toBe(longest);
  expect(faultsOf({ MINIMAX_TIMEOUT_MS: String(longest + 1) })).toHaveLength(1);
});

test.each([
  ['*', '*'],
  ['https://a.example', ['https://a.example']],
  ['https://A.example/, http://b.example:8080', ['https://a.example', 'http://b.example:8080']],
])('parses CORS_ORIGINS=%s into origins as browsers send them', (text, origins) => {
  expect(read({ CORS_ORIGINS: text }).CORS_ORIGINS).toEqual(origins);
});

test.each([
  ['true', true],
  ['false', false],
  ['loopback', 'loopback'],
  ['fd00::/8, uniquelocal', 'fd00::/8, uniquelocal'],
  ['10.0.0.1, 10.1.0.0/16', '10.0.0.1, 10.1.0.0/16'],
])('passes TRUST_PROXY=%s to Fastify in the form that it expects', (text, trustProxy) => {
  expect(read({ TRUST_PROXY: text }).TRUST_PROXY).toBe(trustProxy);
});

test.each([
  ['image-01', ['image-01']],
  [' MiniMax-H3-Image , image-01', ['image-01', 'MiniMax-H3-Image']],
  ['image-01-live,image-01,image-01', ['image-01', 'image-01-live']],
])('parses MODELS=%s into models in the order of the contract', (text, models) => {
  expect(read({ MODELS: text }).MODELS).toEqual(models);
});

describe('reports an invalid value in one line that names the setting', () => {
  test.each([
    ['PORT', ['abc', '-1', '65536', '80.5', '8 0', '0x50', '0x1F90', '8e1']],
    ['PUBLIC_URL', ['darkroom.example', 'ftp://darkroom.example', 'http://', 'https://a.example/?b']],
    ['CORS_ORIGINS', ['banana', 'https://a.example,', 'https://a.example/app', 'https://a.example, *', 'null']],
    ['TRUST_PROXY', ['nginx', '1', '10.0.0.1 10.0.0.2', '10.0.0.0/33', '0.0.0.0/0', 'loopback,']],
    ['MINIMAX_API_KEY', ['a key', 'schlüssel', 'a\nb']],
    ['MINIMAX_TIMEOUT_MS', ['0', '-5', '1e99', 'soon']],
    ['MINIMAX_RETRY_BASE_MS', ['0']],
    ['MINIMAX_RPM', ['-1', '1.5']],
    ['MODELS', ['image-02', 'image-01,', 'image-01 image-01-live', 'IMAGE-01']],
    ['MINIMAX_H3_TIMEOUT_MS', ['0']],
    ['MINIMAX_H3_RPM', ['-1']],
    ['MINIMAX_H3_CONCURRENCY', ['0']],
    ['MINIMAX_RESPONSE_FORMAT', ['URL', 'png']],
    ['REFERENCE_DELIVERY', ['link']],
    ['GENERATION_CONCURRENCY', ['0', 'many']],
    ['WORKER_LEASE_MS', ['0', '2999', '600001']],
    ['QUEUE_LIMIT', ['0', '1.5']],
    ['QUEUE_TTL_MS', ['0']],
    ['USER_ACTIVE_LIMIT', ['0']],
    ['USER_DAILY_IMAGES', ['-1']],
    ['DAILY_IMAGES', ['x']],
    ['USER_DAILY_UNITS', ['-1', '1.5']],
    ['DAILY_UNITS', ['x']],
    ['RATE_LIMIT_PER_MINUTE', ['-1']],
    ['DOWNLOAD_TIMEOUT_MS', ['0']],
    ['DOWNLOAD_MAX_BYTES', ['0']],
    ['DOWNLOAD_RETRY_FOR_MS', ['-1']],
    ['SHUTDOWN_GRACE_MS', ['0', 'x']],
    ['JWT_SECRET', ['short', 'é'.repeat(15)]],
    ['JWT_PUBLIC_KEY', ['pem', pem.slice(0, 80), rsa.privateKey, otherCurve]],
    ['IMAGE_FORMAT', ['gif', 'JPEG']],
    ['IMAGE_QUALITY', ['0', '101']],
    ['IMAGE_MAX_EDGE', ['63', '8193']],
    ['FILE_URL_TTL_S', ['0', '1']],
    ['RESULT_TTL_DAYS', ['0', '-1', '0x10', '1e3', '36501']],
    ['LOG_LEVEL', ['loud']],
  ])('rejects invalid values of %s', (name, values) => {
    for (const value of values) {
      const faults = faultsOf({ ...(name === 'JWT_PUBLIC_KEY' && { JWT_SECRET: undefined }), [name]: value });
      expect(faults, value).toHaveLength(1);
      expect(faults[0]).toMatch(new RegExp(`^${name}: [^\\n]+$`));
    }
  });

  test('rejects invalid values of MINIMAX_BASE_URL', () => {
    const hidden = ['https://api.example/?a=1', 'https://api.example/#a', 'https://user:password@api.example'];
    for (const MINIMAX_BASE_URL of hidden) {
      const faults = faultsOf({ MINIMAX_API_KEY: 'key', MINIMAX_BASE_URL });
      expect(faults).toEqual([expect.stringMatching(/^MINIMAX_BASE_URL: must be an http\(s\) URL[^\n]+$/)]);
    }
  });

  test('reports all faults at once, of single settings and of combinations', () => {
    const faults = faultsOf({ PORT: 'x', IMAGE_FORMAT: 'gif', QUEUE_LIMIT: '0', NODE_ENV: 'production' });
    const names = faults.map((fault) => fault.split(':')[0]).toSorted();
    expect(names).toEqual(['IMAGE_FORMAT', 'MINIMAX_API_KEY', 'PORT', 'QUEUE_LIMIT']);
  });

  test('omits the value of a secret from the fault', () => {
    expect(faultsOf({ JWT_SECRET: 'hunter2', MINIMAX_API_KEY: 'sk key' }).join()).not.toMatch(/hunter2|sk key/);
  });
});

test('rejects a base URL without a key instead of falling back to the simulator', () => {
  expect(faultsOf({ MINIMAX_BASE_URL: 'https://api.minimax.io' })).toEqual([
    expect.stringMatching(/^MINIMAX_API_KEY: /),
  ]);
});

describe('settings in production', () => {
  const production = { NODE_ENV: 'production', JWT_SECRET: undefined };

  test('names the settings that are missing', () => {
    expect(faultsOf(production)).toEqual([
      expect.stringMatching(/^JWT_SECRET: .*JWT_PUBLIC_KEY.*JWT_JWKS_URL/),
      expect.stringMatching(/^MINIMAX_API_KEY: /),
    ]);
  });

  test.each([
    [{ JWT_SECRET: SECRET }, { kind: 'secret', secret: SECRET }],
    [{ JWT_PUBLIC_KEY: pem.replaceAll('\n', '\\n') }, { kind: 'public_key', pem }],
    [{ JWT_JWKS_URL: 'https://id.example/keys/' }, { kind: 'jwks', url: 'https://id.example/keys/' }],
  ])('accepts a provider key together with one way to check tokens', (key, jwtKey) => {
    const config = read({ ...production, MINIMAX_API_KEY: 'key', ...key });
    expect(config).toMatchObject({ isProduction: true, jwtKey });
  });
});

test('rejects two ways to check tokens at once', () => {
  const faults = faultsOf({ JWT_PUBLIC_KEY: pem, JWT_JWKS_URL: 'https://id.example/keys' });
  expect(faults).toEqual([expect.stringMatching(/^JWT_SECRET, JWT_PUBLIC_KEY, JWT_JWKS_URL: [^\n]*exactly one/)]);
});

describe('the generated secret for tokens', () => {
  test('is generated once per data folder and readable by its owner only', () => {
    const first = read({ JWT_SECRET: undefined }).jwtKey;
    expect(first).toMatchObject({ kind: 'secret', secret: expect.stringMatching(/^[\w-]{43}$/) });
    expect(read({ JWT_SECRET: undefined }).jwtKey).toEqual(first);
    expect(statSync(path.join(dir, 'jwt-secret')).mode & 0o777).toBe(0o600);
    expect(readdirSync(dir)).toEqual(['jwt-secret']);
  });

  test('is generated again where an interrupted start left an empty file', () => {
    writeFileSync(path.join(dir, 'jwt-secret'), '');
    const made = read({ JWT_SECRET: undefined }).jwtKey;
    expect(made).toMatchObject({ kind: 'secret', secret: expect.stringMatching(/^[\w-]{43}$/) });
    expect(read({ JWT_SECRET: undefined }).jwtKey).toEqual(made);
  });

  test('is rejected below 32 bytes, also when the file was written by hand', () => {
    writeFileSync(path.join(dir, 'jwt-secret'), 'short');
    expect(faultsOf({ JWT_SECRET: undefined })).toEqual([
      `JWT_SECRET: ${path.join(dir, 'jwt-secret')} holds less than 32 bytes; remove it to have a new one made`,
    ]);
  });

  test.each(['afile', 'afile/below'])(
    'is not generated, with one fault that names DATA_DIR, where DATA_DIR is %s',
    (name) => {
      writeFileSync(path.join(dir, 'afile'), '');
      const faults = faultsOf({ DATA_DIR: path.join(dir, name), JWT_SECRET: undefined });
      expect(faults).toEqual([expect.stringMatching(/^DATA_DIR cannot be used: [^\n]+$/)]);
    },
  );

  test.each(['127.0.0.1', '127.0.0.53', 'localhost', '::1'])(
    'is generated while HOST is the loopback address %s',
    (HOST) => {
      expect(read({ HOST, JWT_SECRET: undefined })).toMatchObject({ hostIsLoopback: true });
    },
  );

  test.each(['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.example.com'])(
    'is required from the operator while HOST is %s',
    (HOST) => {
      expect(faultsOf({ HOST, JWT_SECRET: undefined })).toEqual([expect.stringMatching(/^JWT_SECRET: /)]);
      expect(read({ HOST }).hostIsLoopback).toBe(false);
    },
  );
});

describe('settings for several processes', () => {
  const DATABASE_URL = 'postgres://darkroom:secret@db:5432/darkroom';

  test('names the database by its URL and then allows API and worker roles', () => {
    expect(read({ DATABASE_URL, ROLE: 'worker' })).toMatchObject({ DATABASE_URL, ROLE: 'worker' });
    expect(faultsOf({ DATABASE_URL: 'mysql://db/darkroom' })).toEqual([expect.stringMatching(/^DATABASE_URL: /)]);
  });

  test.each(['api', 'worker'])(
    'rejects ROLE=%s without a database server, because SQLite belongs to one process',
    (ROLE) => {
      expect(faultsOf({ ROLE })).toEqual([expect.stringMatching(/^ROLE: only "all"/)]);
    },
  );

  test('rejects an unknown role', () => {
    expect(faultsOf({ DATABASE_URL, ROLE: 'master' })).toEqual([expect.stringMatching(/^ROLE: /)]);
  });
});

describe('settings for images in an S3-compatible store', () => {
  const keys = { S3_ACCESS_KEY_ID: 'id', S3_SECRET_ACCESS_KEY: 'secret' };

  test('reads a bucket with its endpoint, region and credentials', () => {
    const S3_ENDPOINT = 'https://oss-cn-hangzhou.aliyuncs.com/';
    expect(read({ S3_BUCKET: 'pictures', S3_ENDPOINT, S3_REGION: 'cn-hangzhou', ...keys }).s3).toEqual({
      bucket: 'pictures',
      endpoint: 'https://oss-cn-hangzhou.aliyuncs.com',
      region: 'cn-hangzhou',
      credentials: { accessKeyId: 'id', secretAccessKey: 'secret' },
    });
  });

  test('uses AWS and the credentials of the machine for a bucket alone', () => {
    expect(read({ S3_BUCKET: 'pictures' }).s3).toEqual({ bucket: 'pictures', region: 'us-east-1' });
  });

  test('rejects half a key pair and S3 settings without a bucket', () => {
    expect(faultsOf({ S3_BUCKET: 'pictures', S3_ACCESS_KEY_ID: 'id' })).toEqual([
      expect.stringMatching(/^S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY: /),
    ]);
    expect(faultsOf(keys)).toEqual(['S3_BUCKET: needed with S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY']);
  });
});

describe('.env in the current folder', () => {
  beforeEach(() => {
    const before = process.cwd();
    process.chdir(dir);
    vi.stubEnv('NODE_ENV', 'test');
    return () => {
      process.chdir(before);
      vi.unstubAllEnvs();
    };
  });

  test('is read, and the environment takes precedence over it', () => {
    writeFileSync('.env', `# settings\nJWT_SECRET="${SECRET}"\nPORT=1111\nQUEUE_LIMIT=5\nIMAGE_FORMAT=\n`);
    vi.stubEnv('PORT', '2222');
    vi.stubEnv('QUEUE_LIMIT', '');
    expect(loadConfig()).toMatchObject({
      PORT: 2222,
      QUEUE_LIMIT: 5,
      IMAGE_FORMAT: 'jpeg',
      jwtKey: { secret: SECRET },
      NODE_ENV: 'test',
    });
  });

  test('may begin with the byte order mark that editors on Windows write', () => {
    writeFileSync('.env', `\uFEFFPORT=1111\nJWT_SECRET=${SECRET}\n`);
    expect(loadConfig()).toMatchObject({ PORT: 1111, jwtKey: { secret: SECRET } });
  });

  test('stops the start with one line if it cannot be read', () => {
    mkdirSync('.env');
    expect(loadConfig).toThrow(/^\.env cannot be read: [^\n]+$/);
  });
});
