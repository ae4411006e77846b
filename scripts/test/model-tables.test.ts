import { readFileSync } from 'node:fs';
import path from 'node:path';
import { MODELS } from '@darkroom/contracts';
import { expect, test } from 'vitest';
import { withModelTables } from '../model-tables.ts';

const document = readFileSync(path.resolve(import.meta.dirname, '../../docs/models.md'), 'utf8');

test('docs/models.md shows the capability table as it is (node scripts/model-tables.ts rewrites it)', () => {
  expect(document).toBe(withModelTables(document));
});

test.each(MODELS)('docs/models.md has a column for %s', (model) => {
  expect(document).toMatch(new RegExp(`^\\|.*\`${model}\``, 'm'));
});

test('refuses a table for a family that does not exist', () => {
  expect(() => withModelTables('<!-- models: image-02 -->\n<!-- end -->')).toThrow('image-02');
});
