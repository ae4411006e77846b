import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ConfigError, loadConfig, readConfig } from '../src/config.ts';

const SECRET = 'a-secret-of-thirty-two-bytes-or-more';
const KEY = 'sk-0123456789';
const pem = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  .publicKey.export({ type: 'spki', format: 'pem' })
  .toString();

let folder: string;
const dir = () => folder;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'darkroom-settings-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const read = (env: Record<string, string | undefined> = {}) =>
  readConfig({ DATA_DIR: dir(), JWT_SECRET: SECRET, ...env });

function faultsOf(env: Record<string, string | undefined>): readonly string[] {
  try {
    read(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
}

describe('white space around a value', () => {
  test('is cut off, whatever the setting', () => {
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

  test('alone is no value', () => {
    expect(read({ PORT: ' ', MINIMAX_API_KEY: '\n', HOST: '\t' })).toEqual(read());
  });

  test('of the generated secret is cut off too', () => {
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
  ])('%s=%s', (name, value) => {
    const more = name === 'MINIMAX_BASE_URL' ? { MINIMAX_API_KEY: KEY } : {};
    const faults = faultsOf({ ...more, [name]: value });
    expect(faults).toEqual([`${name}: is in quotes, which would be part of it; leave them out`]);
  });

  test('and a single quotation mark, or one inside, does not', () => {
    expect(read({ JWT_SECRET: `${SECRET.slice(0, 20)}"${SECRET}` }).doubts).toEqual([]);
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
  ])('%s', (name, values) => {
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
    'JWT_JWKS_URL=%s',
    (JWT_JWKS_URL) => {
      expect(faultsOf({ JWT_SECRET: undefined, JWT_JWKS_URL })).toEqual([expect.stringMatching(/^JWT_JWKS_URL: /)]);
    },
  );

  test('a HOST with a scheme is one fault, also without a secret', () => {
    expect(faultsOf({ HOST: 'http://127.0.0.1', JWT_SECRET: undefined })).toHaveLength(1);
  });
});

describe('what works today goes on working', () => {
  test.each([
    ['https://api.minimaxi.com', 'https://api.minimaxi.com'],
    ['https://api.minimaxi.com/', 'https://api.minimaxi.com'],
    ['https://api.minimaxi.com/v1', 'https://api.minimaxi.com/v1'],
    ['https://api.minimaxi.com/v1/', 'https://api.minimaxi.com/v1'],
    ['http://127.0.0.1:9', 'http://127.0.0.1:9'],
    ['http://[::1]:9100', 'http://[::1]:9100'],
    ['http://minimax_relay:9100', 'http://minimax_relay:9100'],
  ])('MINIMAX_BASE_URL=%s', (MINIMAX_BASE_URL, baseUrl) => {
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
  ])('%j', (env) => {
    expect(faultsOf(env)).toEqual([]);
  });

  test('HOST=LOCALHOST is loopback', () => {
    expect(read({ HOST: 'LOCALHOST', JWT_SECRET: undefined }).hostIsLoopback).toBe(true);
  });
});

describe('an unknown name that begins like ours', () => {
  test.each([
    ['MINIMAX_RMP', 'MINIMAX_RPM'],
    ['MINIMAX_KEY', 'MINIMAX_API_KEY'],
    ['MINIMAX_APIKEY', 'MINIMAX_API_KEY'],
    ['MINIMAX_TIMEOUT', 'MINIMAX_TIMEOUT_MS'],
    ['minimax_rpm', 'MINIMAX_RPM'],
    ['MINIMAX-RPM', 'MINIMAX_RPM'],
    ['MINMAX_API_KEY', 'MINIMAX_API_KEY'],
    ['GENERATION_CONCURENCY', 'GENERATION_CONCURRENCY'],
    ['JWT_SECERT', 'JWT_SECRET'],
    ['JWT_SECRETS', 'JWT_SECRET'],
    ['JWT_JWKS_URI', 'JWT_JWKS_URL'],
    ['QUEUE_LIMITS', 'QUEUE_LIMIT'],
    ['QUEUE_TTL', 'QUEUE_TTL_MS'],
    ['USER_DAILY_IMAGE', 'USER_DAILY_IMAGES'],
    ['RATE_LIMIT_PER_MIN', 'RATE_LIMIT_PER_MINUTE'],
    ['DOWNLOAD_TIMEOUT', 'DOWNLOAD_TIMEOUT_MS'],
    ['IMAGE_QUALTY', 'IMAGE_QUALITY'],
    ['METRIC_TOKEN', 'METRICS_TOKEN'],
    ['METRICS_TOKEN_FLIE', 'METRICS_TOKEN_FILE'],
    ['CORS_ORIGIN', 'CORS_ORIGINS'],
    ['PUBLIC_URI', 'PUBLIC_URL'],
    ['S3_BUKET', 'S3_BUCKET'],
    ['DATABSE_URL', 'DATABASE_URL'],
    ['AIGC_PROPOGATOR', 'AIGC_PROPAGATOR'],
  ])('%s stops the start with one line that suggests %s', (name, nearest) => {
    expect(faultsOf({ [name]: '5' })).toEqual([`${name}: there is no such setting; the nearest is ${nearest}`]);
  });

  test('without a value is nothing', () => {
    expect(faultsOf({ MINIMAX_RMP: '', JWT_SECERT: ' ' })).toEqual([]);
  });
});

describe('names of other software do not stop the start', () => {
  const SERVICES = Object.fromEntries(
    ['MINIMAX', 'QUEUE', 'IMAGE', 'JWT', 'S3', 'DOWNLOAD_WORKER'].flatMap((service) => [
      [`${service}_SERVICE_HOST`, '10.0.0.1'],
      [`${service}_SERVICE_PORT`, '80'],
      [`${service}_SERVICE_PORT_HTTP`, '80'],
      [`${service}_PORT`, 'tcp://10.0.0.1:80'],
      [`${service}_PORT_80_TCP`, 'tcp://10.0.0.1:80'],
      [`${service}_PORT_80_TCP_PROTO`, 'tcp'],
      [`${service}_PORT_80_TCP_PORT`, '80'],
      [`${service}_PORT_80_TCP_ADDR`, '10.0.0.1'],
      [`${service}_NAME`, '/darkroom/queue'],
      [`${service}_ENV_PATH`, '/usr/bin'],
    ]),
  );

  test.each([
    ['of services in Kubernetes and Docker', SERVICES],
    [
      'of shells, runtimes and platforms',
      {
        PATH: '/usr/bin',
        HOSTNAME: 'a',
        HOST_NAME: 'a',
        PORTS: '1',
        LOGLEVEL: 'INFO',
        DATADIR: '/var/lib',
        XDG_DATA_DIRS: '/usr/share',
        NODE_OPTIONS: '--enable-source-maps',
        NODE_EXTRA_CA_CERTS: '/etc/ca.pem',
        HTTPS_PROXY: 'http://proxy:3128',
        AWS_REGION: 'eu-west-1',
        R2_BUCKET: 'a',
        OSS_BUCKET: 'a',
        DATABASE_HOST: 'db',
        DATABASE_POOL: '5',
        S3_FORCE_PATH_STYLE: 'true',
        RATE_LIMIT_MAX: '10',
        USER: 'darkroom',
        PUBLIC_KEY: 'a',
        npm_config_loglevel: 'info',
        ImageVersion: '20260101.1',
      },
    ],
  ])('%s', (_, env) => {
    expect(read(env)).toEqual(read());
  });

  test('though they begin like ours: the log says that they are not looked at', () => {
    const env = {
      MINIMAX_GROUP_ID: '1',
      MINIMAX_API_HOST: 'https://api.minimax.io',
      IMAGE_TAG: '1',
      JWT_EXPIRES_IN: '1h',
    };
    expect(read(env).doubts.map(({ setting }) => setting)).toEqual(Object.keys(env));
  });
});

describe('a secret in a file', () => {
  const write = (name: string, content: string | Uint8Array) => {
    const file = path.join(dir(), name);
    writeFileSync(file, content);
    return file;
  };

  test('is what the setting itself would be, for every secret', () => {
    const config = read({
      JWT_SECRET: undefined,
      JWT_SECRET_FILE: write('jwt', `${SECRET}\n`),
      MINIMAX_API_KEY_FILE: write('key', `${KEY}\n`),
      METRICS_TOKEN_FILE: write('token', 'token\n'),
      DATABASE_URL_FILE: write('database', 'postgres://db/darkroom\n'),
      S3_BUCKET: 'pictures',
      S3_ACCESS_KEY_ID_FILE: write('id', 'id\n'),
      S3_SECRET_ACCESS_KEY_FILE: write('secret', 'secret\n'),
    });
    expect(config).toMatchObject({
      jwtKey: { kind: 'secret', secret: SECRET },
      minimax: { apiKey: KEY },
      METRICS_TOKEN: 'token',
      DATABASE_URL: 'postgres://db/darkroom',
      s3: { credentials: { accessKeyId: 'id', secretAccessKey: 'secret' } },
    });
  });

  test('may be a public key, as it is', () => {
    const config = read({ JWT_SECRET: undefined, JWT_PUBLIC_KEY_FILE: write('pem', pem) });
    expect(config.jwtKey).toEqual({ kind: 'public_key', pem: pem.trim() });
  });

  test('counts as set in production', () => {
    const files = { JWT_SECRET_FILE: write('jwt', SECRET), MINIMAX_API_KEY_FILE: write('key', KEY) };
    expect(faultsOf({ NODE_ENV: 'production', JWT_SECRET: undefined, ...files })).toEqual([]);
  });

  test('and in the setting as well is one too many', () => {
    expect(faultsOf({ JWT_SECRET_FILE: write('jwt', SECRET) })).toEqual([
      'JWT_SECRET, JWT_SECRET_FILE: set one of them',
    ]);
  });

  test.each<[string, () => string, RegExp]>([
    ['is not there', () => path.join(dir(), 'nowhere'), /cannot be read \(ENOENT\)/],
    ['is a folder', () => dir(), /cannot be read \(EISDIR\)/],
    ['is empty', () => write('empty', ' \n'), /is empty/],
    ['is UTF-16', () => write('utf16', Buffer.from(`\ufeff${SECRET}`, 'utf16le')), /is not UTF-8 text/],
    ['holds NUL', () => write('nul', `${SECRET}\0`), /is not UTF-8 text/],
    ['is too large', () => write('large', 'x'.repeat(65_537)), /larger than 65536 bytes/],
    ['never ends', () => '/dev/zero', /larger than 65536 bytes/],
  ])('that %s is one line without its path and its content', (_, file, message) => {
    const name = file();
    const faults = faultsOf({
      NODE_ENV: 'production',
      MINIMAX_API_KEY: KEY,
      JWT_SECRET: undefined,
      JWT_SECRET_FILE: name,
    });
    expect(faults).toEqual([expect.stringMatching(message)]);
    expect(faults[0]).toMatch(/^JWT_SECRET_FILE: [^\n]+$/);
    expect(faults[0]).not.toContain(name);
    expect(faults[0]).not.toContain('secret-of');
  });

  test('in quotes is refused as the setting itself is', () => {
    expect(faultsOf({ JWT_SECRET: undefined, JWT_SECRET_FILE: write('jwt', `"${SECRET}"\n`) })).toEqual([
      expect.stringMatching(/^JWT_SECRET: is in quotes/),
    ]);
  });

  test('is not a setting for what is no secret', () => {
    expect(faultsOf({ MINIMAX_RPM_FILE: '/run/rpm' })).toEqual([expect.stringMatching(/^MINIMAX_RPM_FILE: /)]);
  });
});

describe('what is probably not meant is taken, and said at the start without its value', () => {
  test.each<[string, Record<string, string>, string]>([
    ['a placeholder', { JWT_SECRET: 'changeme-changeme-changeme-changeme' }, 'JWT_SECRET'],
    ['a placeholder for a key', { MINIMAX_API_KEY: 'your-minimax-api-key' }, 'MINIMAX_API_KEY'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: nobody has put in what it stands for.
    ['a variable', { METRICS_TOKEN: '${METRICS_TOKEN}' }, 'METRICS_TOKEN'],
    ['one character', { JWT_SECRET: 'x'.repeat(40) }, 'JWT_SECRET'],
    ['a PEM', { JWT_SECRET: pem }, 'JWT_SECRET'],
    ['a path', { JWT_SECRET: '/run/secrets/darkroom/jwt-secret.txt' }, 'JWT_SECRET'],
    ['a key set', { JWT_SECRET: 'https://id.example/.well-known/jwks.json' }, 'JWT_SECRET'],
    ['half a pair of quotes', { JWT_SECRET: `"${SECRET}` }, 'JWT_SECRET'],
    ['its own name', { JWT_SECRET: `JWT_SECRET=${SECRET}` }, 'JWT_SECRET'],
    ['a whole header', { METRICS_TOKEN: 'Bearer token' }, 'METRICS_TOKEN'],
    ['half a rotation', { JWT_SECRET: `${SECRET},short` }, 'JWT_SECRET'],
    ['production without PUBLIC_URL', { NODE_ENV: 'production', MINIMAX_API_KEY: KEY }, 'PUBLIC_URL'],
    ['an address to listen on', { PUBLIC_URL: 'http://0.0.0.0:8080' }, 'PUBLIC_URL'],
    ['links that MiniMax cannot open', { REFERENCE_DELIVERY: 'url', MINIMAX_API_KEY: KEY }, 'REFERENCE_DELIVERY'],
    ['a home that nobody puts in', { DATA_DIR: '~/darkroom' }, 'DATA_DIR'],
  ])('%s', (_, env, setting) => {
    const { doubts } = read(env);
    expect(doubts).toEqual([{ setting, doubt: expect.any(String) }]);
    if (env[setting]) expect(doubts[0]?.doubt).not.toContain(env[setting]);
  });

  test.each([
    { JWT_SECRET: '/9j4AAQSkZJRgABAQAAAQABAADxqzPk3A8=' },
    { JWT_SECRET: `${SECRET},${SECRET}-too` },
    { JWT_SECRET: 'a secret of thirty bytes, or so, without a second one' },
    { JWT_SECRET: '0123456789abcdef0123456789abcdef' },
    { NODE_ENV: 'production', MINIMAX_API_KEY: KEY, PUBLIC_URL: 'https://darkroom.example' },
  ])('nothing is said of %j', (env) => {
    expect(read(env).doubts).toEqual([]);
  });
});

describe('.env', () => {
  beforeEach(() => {
    const before = process.cwd();
    mkdirSync(path.join(dir(), 'cwd'));
    process.chdir(path.join(dir(), 'cwd'));
    vi.stubEnv('NODE_ENV', 'test');
    vi.stubEnv('DATA_DIR', dir());
    return () => process.chdir(before);
  });
  afterEach(() => void vi.unstubAllEnvs());

  const line = `JWT_SECRET=${SECRET}\n`;
  test.each<[string, Uint8Array]>([
    ['UTF-16 with its mark', Buffer.from(`\ufeff${line}`, 'utf16le')],
    ['UTF-16 the other way round', Buffer.from(`\ufeff${line}`, 'utf16le').swap16()],
    ['UTF-16 without a mark', Buffer.from(line, 'utf16le')],
    ['with a NUL byte', Buffer.from(`${line}A=\0`)],
    ['GBK', Buffer.concat([Buffer.from(`${line}# `), Buffer.from([0xc3, 0xdc, 0xd4, 0xbf])])],
  ])('that is %s stops the start with one line', (_, bytes) => {
    writeFileSync('.env', bytes);
    expect(loadConfig).toThrow(/^\.env cannot be read: it [^\n]*UTF-8 text[^\n]*$/);
  });

  test('may have the line ends of any system', () => {
    for (const end of ['\n', '\r\n', '\r']) {
      writeFileSync('.env', [`JWT_SECRET=${SECRET}`, 'PORT=1111', 'QUEUE_LIMIT=5', ''].join(end));
      expect(loadConfig()).toMatchObject({ PORT: 1111, QUEUE_LIMIT: 5, jwtKey: { secret: SECRET } });
    }
  });

  test('whose value is cut at a # is said so, unless the environment has its own', () => {
    writeFileSync('.env', `JWT_SECRET=${SECRET}#more\nMETRICS_TOKEN="a#b"\nPORT=1111 # a comment\nOTHER=a#b\n`);
    expect(loadConfig().doubts).toEqual([{ setting: 'JWT_SECRET', doubt: expect.stringContaining('#') }]);
    vi.stubEnv('JWT_SECRET', SECRET);
    expect(loadConfig().doubts).toEqual([]);
  });

  test('may have quotes of its own around a value, and none within', () => {
    writeFileSync('.env', `JWT_SECRET="${SECRET}"\n`);
    expect(loadConfig().jwtKey).toEqual({ kind: 'secret', secret: SECRET });
    writeFileSync('.env', `JWT_SECRET='"${SECRET}"'\n`);
    expect(loadConfig).toThrow(/^JWT_SECRET: is in quotes/);
  });

  test('with a misspelt name stops the start', () => {
    writeFileSync('.env', `${line}MINIMAX_RMP=5\n`);
    expect(loadConfig).toThrow('MINIMAX_RMP: there is no such setting; the nearest is MINIMAX_RPM');
  });

  test('an empty environment variable of white space leaves the file its word', () => {
    writeFileSync('.env', `${line}PORT=1111\n`);
    vi.stubEnv('PORT', ' ');
    expect(loadConfig().PORT).toBe(1111);
  });
});
