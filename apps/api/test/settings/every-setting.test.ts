import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { Environment } from '../../src/environment.ts';
import { SECRETS } from '../../src/settings/secret-files.ts';

const SRC = path.resolve(import.meta.dirname, '../../src');
const NAMES = Object.keys(Environment.shape);

test('every setting is read somewhere', () => {
  const files = globSync('**/*.ts', { cwd: SRC }).filter((file) => !/^(environment|settings\/.*)\.ts$/.test(file));
  const source = files.map((file) => readFileSync(path.join(SRC, file), 'utf8')).join('\n');
  expect(NAMES.filter((name) => !new RegExp(`\\b${name}\\b`).test(source))).toEqual([]);
});

test('every setting that is named like a secret can come from a file', () => {
  const secrets = NAMES.filter((name) => /(KEY|KEY_ID|SECRET|TOKEN|PASSWORD)$/.test(name));
  expect(SECRETS).toEqual(expect.arrayContaining(secrets));
});
