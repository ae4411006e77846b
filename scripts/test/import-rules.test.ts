import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { ALLOWED, BROKEN, type Fixture } from './import-fixtures.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const BIOME = path.join(ROOT, 'node_modules/.bin/biome');
const IMPORT_RULES = ['lint/style/noRestrictedImports', 'lint/style/noProcessEnv', 'plugin'];

interface Finding {
  file: string;
  line: string;
  message: string;
}

const findings = lint([...BROKEN, ...ALLOWED]);

test.each(BROKEN)('refuses in $file: $code', (fixture) => {
  expect(messagesFor(fixture)).toEqual([expect.stringContaining(fixture.says)]);
});

test.each(ALLOWED)('allows in $file: $code', (fixture) => {
  expect(messagesFor(fixture)).toEqual([]);
});

function messagesFor({ file, code }: Fixture): string[] {
  const lines = code.split('\n');
  return findings.filter((finding) => finding.file === file && lines.includes(finding.line)).map((f) => f.message);
}

/**
 * Runs the linter once with the repository's own rules, over a tree in which each file consists of its fixtures' lines.
 */
function lint(fixtures: Fixture[]): Finding[] {
  const tree = mkdtempSync(path.join(tmpdir(), 'import-rules-'));
  cpSync(path.join(ROOT, 'biome.json'), path.join(tree, 'biome.json'));
  cpSync(path.join(ROOT, 'scripts/lint'), path.join(tree, 'scripts/lint'), { recursive: true });
  const sources = new Map<string, string>();
  for (const { file, code } of fixtures) sources.set(file, `${sources.get(file) ?? ''}${code}\n`);
  for (const [file, source] of sources) {
    mkdirSync(path.dirname(path.join(tree, file)), { recursive: true });
    writeFileSync(path.join(tree, file), source);
  }
  const options = ['--vcs-enabled=false', '--reporter=github', '--max-diagnostics=none'];
  const { stdout } = spawnSync(BIOME, ['lint', ...options], { cwd: tree, encoding: 'utf8' });
  rmSync(tree, { recursive: true });
  return Array.from(stdout.matchAll(/^::error title=(.+?),file=(.+?),line=(\d+),.*?::(.+)$/gm), (match) => {
    const [, rule = '', absolute = '', line, message = ''] = match;
    const file = path.relative(tree, absolute);
    return { rule, file, line: sources.get(file)?.split('\n')[Number(line) - 1] ?? '', message };
  }).filter(({ rule }) => IMPORT_RULES.includes(rule));
}
