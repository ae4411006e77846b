import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';

const ROOT = path.resolve(import.meta.dirname, '../..');
const PUBLISHED = ['contracts', 'minimax-client', 'sdk'];
const THEIR_DEPENDENCIES = ['@trpc/client', '@trpc/server', 'ofetch', 'undici', 'zod'];
const THE_EXAMPLES_NEED = ['@dcloudio/types', '@types/node', 'vue'];

const Packed = z.array(
  z.object({ name: z.string(), filename: z.string(), files: z.array(z.object({ path: z.string() })) }),
);
let consumer: string;
let packed: z.output<typeof Packed>;

// An external project: the packages unpacked as npm does it, next to their dependencies.
beforeAll(() => {
  run('turbo', ['run', 'build', ...PUBLISHED.map((name) => `--filter=@darkroom/${name}`)], ROOT);
  consumer = mkdtempSync(path.join(tmpdir(), 'consumer-'));
  cpSync(path.join(import.meta.dirname, 'consumer'), consumer, { recursive: true });
  cpSync(path.join(ROOT, 'packages/sdk/examples'), path.join(consumer, 'examples'), { recursive: true });
  writeFileSync(path.join(consumer, 'package.json'), '{ "type": "module" }');
  const built = PUBLISHED.map((name) => `./packages/${name}/dist`);
  packed = Packed.parse(JSON.parse(run('npm', ['pack', '--json', '--pack-destination', consumer, ...built], ROOT)));
  for (const { name, filename } of packed) {
    const target = path.join(consumer, 'node_modules', name);
    mkdirSync(target, { recursive: true });
    run('tar', ['-xzf', filename, '-C', target, '--strip-components=1'], consumer);
  }
  for (const name of [...THEIR_DEPENDENCIES, ...THE_EXAMPLES_NEED]) {
    const link = path.join(consumer, 'node_modules', name);
    mkdirSync(path.dirname(link), { recursive: true });
    symlinkSync(path.join(ROOT, 'node_modules', name), link);
  }
}, 120_000);

afterAll(() => rmSync(consumer, { recursive: true }));

describe.each(PUBLISHED)('%s', (name) => {
  const find = () => {
    const found = packed.find((candidate) => candidate.name === `@darkroom/${name}`);
    if (!found) throw new Error(`${name} was not packed`);
    return found;
  };

  test('contains ESM, declarations, a README and the licence, and nothing else', () => {
    const files = find().files.map((file) => file.path);
    const modules = files.filter((file) => file.endsWith('.js'));
    const declarations = modules.map((file) => file.replace(/\.js$/, '.d.ts'));
    const rest = ['LICENSE', 'README.md', 'package.json'];
    expect(files.toSorted()).toEqual([...modules, ...declarations, ...rest].toSorted());
    expect(modules).toContain('index.js');
  });

  test('passes publint and are-the-types-wrong, for every bundler and Node', () => {
    const { filename } = find();
    run('publint', ['run', filename, '--strict'], consumer);
    run('attw', [filename, '--profile', 'esm-only', '--no-definitely-typed'], consumer);
  }, 60_000);
});

test('compiles in a strict project without any in its types', () => {
  expect(run('tsc', ['-p', '.'], consumer)).toBe('');
}, 60_000);

test('compiles the examples of the sdk against the packed packages', () => {
  expect(run('tsc', ['-p', 'examples'], consumer)).toBe('');
}, 60_000);

test('loads the packed packages in Node', () => {
  const entries = ['@darkroom/contracts', '@darkroom/contracts/router', '@darkroom/minimax-client', '@darkroom/sdk'];
  const imports = entries.map((entry) => `await import('${entry}');`).join('');
  expect(run('node', ['--input-type=module', '--eval', `${imports} console.log('loaded')`], consumer)).toBe('loaded\n');
});

function run(command: string, args: string[], cwd: string): string {
  const bin = path.join(ROOT, 'node_modules/.bin');
  const env = { ...process.env, TURBO_TELEMETRY_DISABLED: '1', PATH: `${bin}${path.delimiter}${process.env.PATH}` };
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}\n${stdout}${stderr}`);
  return stdout;
}
