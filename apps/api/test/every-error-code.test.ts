import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { JOB_ERROR_CODES, REQUEST_ERROR_CODES } from '@darkroom/contracts';
import { expect, test } from 'vitest';

const SRC = path.resolve(import.meta.dirname, '../src');

test('the API gives every error code somewhere', () => {
  // The OpenAPI document only lists them.
  const files = globSync('**/*.ts', { cwd: SRC }).filter((file) => !file.startsWith(path.join('http', 'openapi')));
  const source = files.map((file) => readFileSync(path.join(SRC, file), 'utf8')).join('\n');
  const codes = new Set([...REQUEST_ERROR_CODES, ...JOB_ERROR_CODES]);
  expect([...codes].filter((code) => !source.includes(`'${code}'`))).toEqual([]);
});
