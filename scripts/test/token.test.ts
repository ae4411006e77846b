import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createVerifier } from 'fast-jwt';
import { beforeEach, expect, test } from 'vitest';

const SCRIPT = path.resolve(import.meta.dirname, '../token.ts');
const SECRET = 'a secret of thirty-two bytes, or more';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'darkroom-token-'));
  return () => rmSync(dir, { recursive: true });
});

/** Runs the script in a folder of its own, without the developer's settings. */
function run(...options: string[]) {
  const env = { PATH: process.env.PATH };
  const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT, ...options], {
    cwd: dir,
    env,
    encoding: 'utf8',
  });
  return { status, stdout: stdout.trimEnd(), stderr: stderr.trimEnd() };
}

test('signs a token with the settings of the API, those of .env included', () => {
  writeFileSync(path.join(dir, '.env'), `JWT_SECRET=${SECRET}\nJWT_ISSUER=https://id.example\nJWT_AUDIENCE=darkroom\n`);
  const { status, stdout } = run('--user', '9223372036854775807', '--star', '2');
  expect(status).toBe(0);
  const verify = createVerifier({ key: SECRET, allowedIss: 'https://id.example', allowedAud: 'darkroom' });
  expect(verify(stdout)).toMatchObject({ user_id: '9223372036854775807', star_id: '2' });
});

test.each([
  [['--user', 'abc'], /^--user: must be a whole number/],
  [['--star', '9223372036854775808'], /^--star: must be a whole number/],
  [['--foo'], /--foo/],
  [['--star'], /--star/],
  [['--star', '--user', '1'], /--star/],
])('refuses invalid options with one line: %j', (options, line) => {
  const { status, stdout, stderr } = run(...options);
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(line);
  expect(stderr).not.toContain('\n');
});
