import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '../..');
const PUBLISHED = ['contracts', 'minimax-client', 'sdk'];
const THEIR_DEPENDENCIES = ['@trpc/client', '@trpc/server', 'ofetch', 'undici', 'zod'];

let consumer: string;

// A project of somebody else: the built packages as npm would unpack them, beside what they depend on.
beforeAll(() => {
  run('turbo', ['run', 'build', ...PUBLISHED.map((name) => `--filter=@darkroom/${name}`)], ROOT);
  consumer = mkdtempSync(path.join(tmpdir(), 'consumer-'));
  cpSync(path.join(import.meta.dirname, 'consumer'), consumer, { recursive: true });
  writeFileSync(path.join(consumer, 'package.json'), '{ "type": "module" }');
  for (const name of PUBLISHED) {
    cpSync(path.join(ROOT, 'packages', name, 'dist'), path.join(consumer, 'node_modules/@darkroom', name), {
      recursive: true,
    });
  }
  for (const name of THEIR_DEPENDENCIES) {
    const link = path.join(consumer, 'node_modules', name);
    mkdirSync(path.dirname(link), { recursive: true });
    symlinkSync(path.join(ROOT, 'node_modules', name), link);
  }
}, 60_000);

afterAll(() => rmSync(consumer, { recursive: true }));

test('a strict project compiles against the built packages, and no type is any', () => {
  expect(run('tsc', ['-p', '.'], consumer)).toBe('');
}, 60_000);

test('the built packages load in Node', () => {
  const entries = ['@darkroom/contracts', '@darkroom/contracts/router', '@darkroom/minimax-client', '@darkroom/sdk'];
  const imports = entries.map((entry) => `await import('${entry}');`).join('');
  expect(run('node', ['--input-type=module', '--eval', `${imports} console.log('loaded')`], consumer)).toBe('loaded\n');
});

function run(command: string, args: string[], cwd: string): string {
  const env = { ...process.env, TURBO_TELEMETRY_DISABLED: '1' };
  const { status, stdout, stderr } = spawnSync(path.join(ROOT, 'node_modules/.bin', command), args, {
    cwd,
    env,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}\n${stdout}${stderr}`);
  return stdout;
}
