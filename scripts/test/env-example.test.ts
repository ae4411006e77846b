import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { readConfig } from '@darkroom/api/config';
import { expect, test } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '../..');
const REQUIRED = { MINIMAX_API_KEY: 'key', JWT_SECRET: 'x'.repeat(32) };

test('shows the actual defaults in .env.example', () => {
  const shown = readFileSync(path.join(ROOT, '.env.example'), 'utf8').replace(/^# (?=[A-Z0-9_]+=)/gm, '');
  expect(readConfig({ ...parseEnv(shown), ...REQUIRED })).toMatchObject(readConfig(REQUIRED));
});

test('lists every setting in .env.example', () => {
  const source = readFileSync(path.join(ROOT, 'apps/api/src/environment.ts'), 'utf8');
  const settings = Array.from(source.matchAll(/^ {2}([A-Z][A-Z0-9_]+):/gm), ([, name]) => name);
  const shown = readFileSync(path.join(ROOT, '.env.example'), 'utf8').match(/^# [A-Z0-9_]+(?==)/gm) ?? [];
  expect(settings.length).toBeGreaterThan(20);
  expect(shown).toEqual(expect.arrayContaining(settings.map((name) => `# ${name}`)));
});
