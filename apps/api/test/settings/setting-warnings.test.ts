import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { KEY, SECRET, settingsReader } from './read-settings.ts';

const pem = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  .publicKey.export({ type: 'spki', format: 'pem' })
  .toString();
const { read } = settingsReader();

describe('a suspicious value is accepted and logged at the start without the value', () => {
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
    ['a tilde that no shell expands', { DATA_DIR: '~/darkroom' }, 'DATA_DIR'],
  ])('warns about %s', (_, env, setting) => {
    const { warnings } = read(env);
    expect(warnings).toEqual([{ setting, warning: expect.any(String) }]);
    if (env[setting]) expect(warnings[0]?.warning).not.toContain(env[setting]);
  });

  test.each([
    { JWT_SECRET: '/9j4AAQSkZJRgABAQAAAQABAADxqzPk3A8=' },
    { JWT_SECRET: `${SECRET},${SECRET}-too` },
    { JWT_SECRET: 'a secret of thirty bytes, or so, without a second one' },
    { JWT_SECRET: '0123456789abcdef0123456789abcdef' },
    { NODE_ENV: 'production', MINIMAX_API_KEY: KEY, PUBLIC_URL: 'https://darkroom.example' },
  ])('does not warn about %j', (env) => {
    expect(read(env).warnings).toEqual([]);
  });
});
