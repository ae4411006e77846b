import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { KEY, SECRET, settingsReader } from './read-settings.ts';

const { dir, read, faultsOf } = settingsReader();

describe('white space around a value', () => {
  test('is trimmed from every setting', () => {
    const env = {
      JWT_SECRET: `${SECRET}\n`,
      MINIMAX_API_KEY: ` ${KEY}\r\n`,
      METRICS_TOKEN: '\ttoken-of-the-operator\n',
      PORT: ' 8080 ',
      PUBLIC_URL: ' https://darkroom.example/ \n',
      CORS_ORIGINS: ' https://a.example \n',
      LOG_LEVEL: 'debug\n',
      DATABASE_URL: 'postgres://darkroom:secret@db/darkroom\n',
    };
    expect(read(env)).toMatchObject({
      jwtKey: { secret: SECRET },
      minimax: { apiKey: KEY },
      METRICS_TOKEN: 'token-of-the-operator',
      PORT: 8080,
      PUBLIC_URL: 'https://darkroom.example',
      CORS_ORIGINS: ['https://a.example'],
      LOG_LEVEL: 'debug',
      DATABASE_URL: 'postgres://darkroom:secret@db/darkroom',
    });
  });

  test('counts as unset when there is nothing else', () => {
    expect(read({ PORT: ' ', MINIMAX_API_KEY: '\n', HOST: '\t' })).toEqual(read());
  });

  test('is trimmed from the generated secret', () => {
    const made = read({ JWT_SECRET: undefined }).jwtKey;
    if (made.kind !== 'secret') throw new Error('not a secret');
    writeFileSync(path.join(dir(), 'jwt-secret'), `${made.secret}\n`);
    expect(read({ JWT_SECRET: undefined }).jwtKey).toEqual(made);
  });
});

describe('a value in literal quotes stops the start with one line', () => {
  test.each([
    ['JWT_SECRET', `"${SECRET}"`],
    ['JWT_SECRET', `'${SECRET}'\n`],
    ['JWT_SECRET', `“${SECRET}”`],
    ['MINIMAX_API_KEY', `"${KEY}"`],
    ['METRICS_TOKEN', "'token'"],
    ['METRICS_TOKEN', '`token`'],
    ['DATABASE_URL', '"postgres://db/darkroom"'],
    ['MINIMAX_BASE_URL', '"https://api.minimax.io"'],
    ['PUBLIC_URL', "'https://darkroom.example'"],
    ['JWT_ISSUER', '"https://id.example"'],
    ['AIGC_PROPAGATOR', '"Darkroom"'],
    ['S3_BUCKET', '"pictures"'],
    ['DATA_DIR', '"./data"'],
    ['HOST', '"127.0.0.1"'],
    ['PORT', '"8080"'],
    ['NODE_ENV', '"production"'],
    ['QUEUE_LIMIT', '""'],
  ])('rejects %s=%s', (name, value) => {
    const more = name === 'MINIMAX_BASE_URL' ? { MINIMAX_API_KEY: KEY } : {};
    const faults = faultsOf({ ...more, [name]: value });
    expect(faults).toEqual([`${name}: is in quotes, which would be part of it; leave them out`]);
  });

  test('accepts a single quotation mark, or one inside the value', () => {
    expect(read({ JWT_SECRET: `${SECRET.slice(0, 20)}"${SECRET}` }).warnings).toEqual([]);
    expect(read({ JWT_ISSUER: `"` }).JWT_ISSUER).toBe('"');
  });
});

describe('a setting that can never work stops the start with one line', () => {
  test.each<[string, string[]]>([
    [
      'CORS_ORIGINS',
      [
        'https://*.example.com',
        'https://a.example, https://*.b.example',
        'https://*',
        '*.example.com',
        'https://a.example/*',
        'https://a.example:*',
        'https://a.example:0',
        'https://user@a.example',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: nobody has put in what it stands for.
        'https://${DOMAIN}',
      ],
    ],
    [
      'PUBLIC_URL',
      ['https://*.example.com', 'https://user:password@a.example', 'https://a.example:0', 'https://$HOST'],
    ],
    [
      'MINIMAX_BASE_URL',
      [
        'https://api.minimaxi.com/anthropic',
        'https://api.minimaxi.com/v1/image_generation',
        'https://api.minimaxi.com/v1/anthropic/',
        'https://api.minimaxi.com/v2',
        'https://api.minimaxi.com/V1',
        'https://api.minimaxi.com/v1/../anthropic',
        'https://*.minimaxi.com',
        'api.minimaxi.com',
      ],
    ],
    ['S3_ENDPOINT', ['https://*.example.com', 'https://store.example/pictures', 'https://store.example/pictures/']],
    ['S3_ENDPOINT', ['https://pictures.oss-cn-hangzhou.aliyuncs.com', 'https://pictures.s3.eu-west-1.amazonaws.com']],
    ['S3_BUCKET', ['s3://pictures', 'pictures/darkroom', 'my pictures', 'arn:aws:s3:::pictures']],
    ['S3_REGION', ['eu west', 'cn-hangzhou/']],
    ['S3_ACCESS_KEY_ID', ['an id', 'schlüssel']],
    ['HOST', ['http://0.0.0.0', '0.0.0.0:8080', 'localhost:8080', '[::1]', '*', '127.0.0.1/8', 'a host']],
    ['NODE_ENV', ['Production', 'PRODUCTION', 'prod', 'Prod', 'prd', 'prodution', 'producton', 'productions']],
    ['METRICS_TOKEN', ['to\nken', '令牌']],
    ['LOG_LEVEL', ['INFO', 'warning']],
    ['IMAGE_FORMAT', ['jpg', 'JPEG', 'png']],
    ['ROLE', ['API', 'workers']],
    ['TRUST_PROXY', ['proxy.example', 'TRUE', 'yes']],
    ['MINIMAX_TIMEOUT_MS', ['30s', '3m', '180_000', '1,000', '１８０']],
    ['DOWNLOAD_MAX_BYTES', ['25MB', '0x100']],
  ])('rejects values of %s', (name, values) => {
    const needed: Record<string, string> = {
      ...(name.startsWith('S3_') && { S3_BUCKET: 'pictures', S3_ACCESS_KEY_ID: 'id', S3_SECRET_ACCESS_KEY: 'secret' }),
      ...(name === 'MINIMAX_BASE_URL' && { MINIMAX_API_KEY: KEY }),
      ...(name === 'ROLE' && { DATABASE_URL: 'postgres://db/darkroom' }),
    };
    for (const value of values) {
      const faults = faultsOf({ ...needed, [name]: value });
      expect(faults, value).toEqual([expect.stringMatching(new RegExp(`^${name}: [^\\n]+$`))]);
    }
  });

  test.each(['https://*.example.com', 'https://user:password@id.example/keys', 'https://id.example:0/keys'])(
    'rejects JWT_JWKS_URL=%s',
    (JWT_JWKS_URL) => {
      expect(faultsOf({ JWT_SECRET: undefined, JWT_JWKS_URL })).toEqual([expect.stringMatching(/^JWT_JWKS_URL: /)]);
    },
  );

  test('reports a HOST with a scheme as one fault, also without a secret', () => {
    expect(faultsOf({ HOST: 'http://127.0.0.1', JWT_SECRET: undefined })).toHaveLength(1);
  });
});

describe('valid values stay accepted', () => {
  test.each([
    ['https://api.minimaxi.com', 'https://api.minimaxi.com'],
    ['https://api.minimaxi.com/', 'https://api.minimaxi.com'],
    ['https://api.minimaxi.com/v1', 'https://api.minimaxi.com/v1'],
    ['https://api.minimaxi.com/v1/', 'https://api.minimaxi.com/v1'],
    ['http://127.0.0.1:9', 'http://127.0.0.1:9'],
    ['http://[::1]:9100', 'http://[::1]:9100'],
    ['http://minimax_relay:9100', 'http://minimax_relay:9100'],
  ])('accepts MINIMAX_BASE_URL=%s', (MINIMAX_BASE_URL, baseUrl) => {
    expect(read({ MINIMAX_API_KEY: KEY, MINIMAX_BASE_URL }).minimax).toEqual({ apiKey: KEY, baseUrl });
  });

  test.each([
    { PUBLIC_URL: 'https://example.com/darkroom' },
    { PUBLIC_URL: 'https://例子.中国' },
    { CORS_ORIGINS: 'https://例子.中国, http://[::1]:5173, http://192.168.1.5:5173/' },
    { S3_BUCKET: 'minio', S3_ENDPOINT: 'http://minio.example:9000' },
    { S3_BUCKET: 'pictures', S3_ENDPOINT: 'https://project.supabase.example/storage/v1/s3' },
    { HOST: '0.0.0.0' },
    { HOST: '::' },
    { HOST: 'fe80::1%eth0' },
    { HOST: 'darkroom-1.internal' },
    { NODE_ENV: 'staging' },
    { NODE_ENV: 'development' },
    { NODE_ENV: 'test' },
    { METRICS_TOKEN: 'of the operator' },
    { TRUST_PROXY: 'uniquelocal' },
  ])('accepts %j', (env) => {
    expect(faultsOf(env)).toEqual([]);
  });

  test('treats HOST=LOCALHOST as loopback', () => {
    expect(read({ HOST: 'LOCALHOST', JWT_SECRET: undefined }).hostIsLoopback).toBe(true);
  });
});
