import { expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { copyFiles } from '../../src/files/copy-files.ts';
import type { FileStore } from '../../src/files/file-store.ts';
import { createLocalFileStore } from '../../src/files/local-file-store.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const KEYS = Array.from({ length: 30 }, (_, index) => `file-${index}.jpg`);
const bytesOf = (key: string) => new TextEncoder().encode(`the bytes of ${key}`);

async function givenStores(): Promise<[FileStore, FileStore]> {
  const from = await createLocalFileStore({ dir: await temporaryFolder(), clock: systemClock });
  const to = await createLocalFileStore({ dir: await temporaryFolder(), clock: systemClock });
  for (const key of KEYS) await from.put(key, bytesOf(key));
  return [from, to];
}

test('copies every file byte for byte and leaves existing files alone', async () => {
  const [from, to] = await givenStores();
  await to.put('file-0.jpg', bytesOf('file-0.jpg'));
  await to.put('of-others.jpg', bytesOf('of-others.jpg'));
  expect(await copyFiles(from, to)).toBe(KEYS.length - 1);
  for (const key of [...KEYS, 'of-others.jpg']) expect(await to.read(key)).toEqual(Buffer.from(bytesOf(key)));
});

test('resumes an interrupted copy where it stopped', async () => {
  const [from, to] = await givenStores();
  let puts = 0;
  const failing: FileStore = {
    ...to,
    put: (key, bytes) => (++puts > 10 ? Promise.reject(new Error('the store is away')) : to.put(key, bytes)),
  };
  await expect(copyFiles(from, failing)).rejects.toThrow('the store is away');
  expect(await copyFiles(from, to)).toBe(KEYS.length - 10);
  expect(await copyFiles(from, to)).toBe(0);
});
