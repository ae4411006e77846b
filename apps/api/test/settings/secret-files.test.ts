import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { KEY, SECRET, settingsReader } from './read-settings.ts';

const pem = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  .publicKey.export({ type: 'spki', format: 'pem' })
  .toString();
const { dir, read, faultsOf } = settingsReader();

describe('a secret read from a file', () => {
  const write = (name: string, content: string | Uint8Array) => {
    const file = path.join(dir(), name);
    writeFileSync(file, content);
    return file;
  };

  test('equals the setting itself, for every secret', () => {
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

  test('may be a public key in PEM form', () => {
    const config = read({ JWT_SECRET: undefined, JWT_PUBLIC_KEY_FILE: write('pem', pem) });
    expect(config.jwtKey).toEqual({ kind: 'public_key', pem: pem.trim() });
  });

  test('counts as set in production', () => {
    const files = { JWT_SECRET_FILE: write('jwt', SECRET), MINIMAX_API_KEY_FILE: write('key', KEY) };
    expect(faultsOf({ NODE_ENV: 'production', JWT_SECRET: undefined, ...files })).toEqual([]);
  });

  test('is rejected when the setting itself is set as well', () => {
    expect(faultsOf({ JWT_SECRET_FILE: write('jwt', SECRET) })).toEqual([
      'JWT_SECRET, JWT_SECRET_FILE: set one of them',
    ]);
  });

  test.each<[string, () => string, RegExp]>([
    ['does not exist', () => path.join(dir(), 'nowhere'), /cannot be read \(ENOENT\)/],
    ['is a folder', () => dir(), /cannot be read \(EISDIR\)/],
    ['is empty', () => write('empty', ' \n'), /is empty/],
    ['is UTF-16', () => write('utf16', Buffer.from(`\ufeff${SECRET}`, 'utf16le')), /is not UTF-8 text/],
    ['holds NUL', () => write('nul', `${SECRET}\0`), /is not UTF-8 text/],
    ['is too large', () => write('large', 'x'.repeat(65_537)), /larger than 65536 bytes/],
    ['never ends', () => '/dev/zero', /larger than 65536 bytes/],
  ])('reports a file that %s in one line without its path and content', (_, file, message) => {
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

  test('is rejected in quotes, as the setting itself is', () => {
    expect(faultsOf({ JWT_SECRET: undefined, JWT_SECRET_FILE: write('jwt', `"${SECRET}"\n`) })).toEqual([
      expect.stringMatching(/^JWT_SECRET: is in quotes/),
    ]);
  });

  test('reports a path in quotes in one line', () => {
    expect(faultsOf({ JWT_SECRET: undefined, JWT_SECRET_FILE: `"${write('jwt', SECRET)}"` })).toEqual([
      expect.stringMatching(/^JWT_SECRET_FILE: is in quotes/),
    ]);
  });

  test('is not supported for settings that are not secrets', () => {
    expect(faultsOf({ MINIMAX_RPM_FILE: '/run/rpm' })).toEqual([expect.stringMatching(/^MINIMAX_RPM_FILE: /)]);
  });
});
