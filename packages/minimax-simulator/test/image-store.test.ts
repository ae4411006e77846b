import { mkdtemp, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createMemoryStore, openFolderStore } from '../src/image-store.ts';

const image = Buffer.alloc(10);
const draw = async () => image;

test('removes the oldest images from memory above the size limit', async () => {
  const store = createMemoryStore(draw, 25);
  for (const id of ['a', 'b', 'c']) await store.put(id, image);
  expect([await store.get('a'), await store.get('b'), await store.get('c')]).toEqual([undefined, image, image]);
});

test('keeps images in a folder for as long as their links are valid', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'store-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const now = () => Date.parse('2026-11-22T10:00:00Z');
  const store = await openFolderStore(folder, draw, now);
  for (const [id, age] of [
    ['old', 25],
    ['young', 23],
  ] as const) {
    await store.put(id, image);
    const at = new Date(now() - age * 60 * 60 * 1000);
    await utimes(join(folder, `${id}.jpeg`), at, at);
  }
  const again = await openFolderStore(folder, draw, now);
  expect([await again.get('old'), await again.get('young')]).toEqual([undefined, image]);
});
