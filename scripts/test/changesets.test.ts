import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';

const ROOT = path.resolve(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');

const Config = z.object({ fixed: z.tuple([z.array(z.string())]) });
const [released] = Config.parse(JSON.parse(read('.changeset/config.json'))).fixed;

test('releases every package that people install or run under one version', () => {
  const packages = globSync(['packages/*/package.json', 'apps/*/package.json'], { cwd: ROOT });
  const names = packages.map((file) => z.object({ name: z.string() }).parse(JSON.parse(read(file))).name);
  expect(released.toSorted()).toEqual(names.toSorted());
});

/** `changeset status` accepts a name that does not exist. */
const Bumps = z.partialRecord(z.enum(released), z.enum(['major', 'minor', 'patch']));

test.each(globSync('.changeset/*.md', { cwd: ROOT }))('%s names packages of this repository, and a change', (file) => {
  const [, head = '', text = ''] = /^---\n(.*?)\n---\n(.*)$/s.exec(read(file)) ?? [];
  expect(Bumps.safeParse(parse(head)).error).toBeUndefined();
  expect(text.trim()).not.toBe('');
});
