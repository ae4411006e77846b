import { mkdtemp, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createMemoryShelf, openFolderShelf } from '../src/picture-shelf.ts';

const picture = Buffer.alloc(10);

test('removes the oldest pictures from memory above the size limit', async () => {
  const shelf = createMemoryShelf(25);
  for (const id of ['a', 'b', 'c']) await shelf.put(id, picture);
  expect([await shelf.get('a'), await shelf.get('b'), await shelf.get('c')]).toEqual([undefined, picture, picture]);
});

test('keeps pictures in a folder for as long as their links are valid', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shelf-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const now = () => Date.parse('2026-11-22T10:00:00Z');
  const shelf = await openFolderShelf(folder, now);
  for (const [id, age] of [
    ['old', 25],
    ['young', 23],
  ] as const) {
    await shelf.put(id, picture);
    const at = new Date(now() - age * 60 * 60 * 1000);
    await utimes(join(folder, `${id}.jpeg`), at, at);
  }
  const again = await openFolderShelf(folder, now);
  expect([await again.get('old'), await again.get('young')]).toEqual([undefined, picture]);
});
