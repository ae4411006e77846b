import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { Environment } from '../../src/environment.ts';
import { SECRETS } from '../../src/settings/secret-files.ts';
import { settingsReader } from './read-settings.ts';

const SRC = path.resolve(import.meta.dirname, '../../src');
const settings = settingsReader();
const NAMES = Object.keys(Environment.shape);

test('every setting is read somewhere', () => {
  const files = globSync('**/*.ts', { cwd: SRC }).filter((file) => !/^(environment|settings\/.*)\.ts$/.test(file));
  const source = files.map((file) => readFileSync(path.join(SRC, file), 'utf8')).join('\n');
  expect(NAMES.filter((name) => !new RegExp(`\\b${name}\\b`).test(source))).toEqual([]);
});

/** A value of every S3 setting: a further setting does not compile until it has one. */
const S3: Record<Extract<keyof typeof Environment.shape, `S3_${string}`>, string> = {
  S3_BUCKET: 'pictures',
  S3_ENDPOINT: 'https://s3.example.com',
  S3_REGION: 'cn-hangzhou',
  S3_ACCESS_KEY_ID: 'an-id',
  S3_SECRET_ACCESS_KEY: 'a-secret',
};

test.each(Object.entries(S3))('%s reaches the file store', (_, value) => {
  expect(JSON.stringify(settings.read(S3).s3)).toContain(`"${value}"`);
});

test('every setting that is named like a secret can come from a file', () => {
  const secrets = NAMES.filter((name) => /(KEY|KEY_ID|SECRET|TOKEN|PASSWORD)$/.test(name));
  expect(SECRETS).toEqual(expect.arrayContaining(secrets));
});
