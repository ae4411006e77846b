import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

test.each(['limits.ts', 'errors.ts', 'references.ts', 'rest.ts'])(
  'imports nothing at run time, since clients bundle it: %s',
  async (name) => {
    const source = await readFile(new URL(`../src/${name}`, import.meta.url), 'utf8');
    expect(source.match(/^import (?!type )/gm)).toBeNull();
  },
);
