import { buffer } from 'node:stream/consumers';
import { beforeEach, describe, expect, test } from 'vitest';
import type { FileStore } from '../../src/files/file-store.ts';

/** Collects everything that a store lists. */
export async function listAll(store: FileStore): Promise<{ key: string; modifiedAt: Date }[]> {
  const files = [];
  for await (const file of store.list()) files.push(file);
  return files;
}

/** The conformance suite of every file store. `createStore` returns an empty one. */
export function testFileStore(name: string, createStore: () => Promise<FileStore>): void {
  describe(`${name} as a file store`, () => {
    let store: FileStore;
    beforeEach(async () => {
      store = await createStore();
    });

    const allKeys = async () => (await listAll(store)).map(({ key }) => key).sort();
    const contentOf = async (key: string) => Buffer.from((await store.read(key)) ?? 'no such file');

    test('returns the bytes that were put', async () => {
      const bytes = Buffer.from([0, 1, 254, 255]);
      await store.put('job-1_0.jpeg', bytes);
      expect(await contentOf('job-1_0.jpeg')).toEqual(bytes);
      const file = await store.open('job-1_0.jpeg');
      expect(file).toMatchObject({ bytes: 4, contentType: 'image/jpeg' });
      expect(file && (await buffer(file.stream))).toEqual(bytes);
    });

    test('reports a file that was never put as missing', async () => {
      expect(await store.read('missing.png')).toBeNull();
      expect(await store.open('missing.png')).toBeNull();
      expect(await allKeys()).toEqual([]);
    });

    test('answers a ping without keeping the file that it wrote', async () => {
      await expect(store.ping()).resolves.toBeUndefined();
      expect(await allKeys()).toEqual([]);
    });

    test('keeps an empty file', async () => {
      await store.put('empty.webp', Buffer.alloc(0));
      expect(await store.read('empty.webp')).toHaveLength(0);
      const file = await store.open('empty.webp');
      expect(file).toMatchObject({ bytes: 0 });
      expect(file && (await buffer(file.stream))).toHaveLength(0);
    });

    test('replaces a file atomically, also while it is read', async () => {
      const [first, second] = [Buffer.alloc(1_000_000, 1), Buffer.alloc(500_000, 2)];
      await store.put('a.png', first);
      const open = await store.open('a.png');
      await store.put('a.png', second);
      expect(open && (await buffer(open.stream)).equals(first)).toBe(true);
      expect((await contentOf('a.png')).equals(second)).toBe(true);
    });

    test('exposes only whole files while several writers put the same key', async () => {
      const versions = Array.from({ length: 8 }, (_, index) => Buffer.alloc(200_000, index));
      const writes = Promise.all(versions.map((bytes) => store.put('a.png', bytes)));
      for (let reads = 0; reads < 20; reads++) {
        const bytes = await store.read('a.png');
        if (bytes) expect(versions.some((version) => version.equals(bytes))).toBe(true);
      }
      await writes;
      expect(await allKeys()).toEqual(['a.png']);
    });

    test('identifies versions by a quoted etag that stays while the file is unchanged', async () => {
      const etag = async () => {
        const file = await store.open('a.png');
        file?.stream.destroy();
        return file?.etag;
      };
      await store.put('a.png', Buffer.from('one'));
      const first = await etag();
      expect(first).toMatch(/^"[\x21\x23-\x7e]+"$/);
      expect(await etag()).toBe(first);
      await store.put('a.png', Buffer.from('two'));
      expect(await etag()).not.toBe(first);
    });

    test.each([
      ['a.jpg', 'image/jpeg'],
      ['a.jpeg', 'image/jpeg'],
      ['a.png', 'image/png'],
      ['a.webp', 'image/webp'],
      ['a.avif', 'image/avif'],
      ['a.html', 'application/octet-stream'],
      ['png', 'application/octet-stream'],
    ])('derives the content type from the extension: %s is %s', async (key, contentType) => {
      await store.put(key, Buffer.from('a'));
      const file = await store.open(key);
      file?.stream.destroy();
      expect(file?.contentType).toBe(contentType);
    });

    test('deletes existing files and ignores missing ones', async () => {
      await store.put('a.png', Buffer.from('a'));
      await store.put('b.png', Buffer.from('b'));
      await store.delete(['a.png', 'missing.png', '../a.png']);
      await store.delete([]);
      expect(await allKeys()).toEqual(['b.png']);
    });

    test('lists every file with its time', async () => {
      const keys = Array.from({ length: 40 }, (_, index) => `job-${index}_0.jpeg`).sort();
      for (const key of keys) await store.put(key, Buffer.from(key));
      const files = await listAll(store);
      expect(files.map(({ key }) => key).sort()).toEqual(keys);
      for (const { modifiedAt } of files) expect(modifiedAt.getTime()).toBeGreaterThan(0);
    });

    test('belongs to the first deployment that claims it, and keeps the claim out of the list', async () => {
      expect(await store.claim('one')).toBe('one');
      expect(await store.claim('another')).toBe('one');
      expect(await store.claim('one')).toBe('one');
      expect(await allKeys()).toEqual([]);
      expect(await store.read('owner')).toBeNull();
    });

    test.each([
      '',
      '.',
      '..',
      '../a.png',
      '/etc/passwd',
      'a/b.png',
      'a\\b.png',
      'a\0.png',
      'é.png',
      'a b.png',
      '%2e%2e',
      'a'.repeat(300),
    ])('rejects the key %j', async (key) => {
      await expect(store.put(key, Buffer.from('a'))).rejects.toThrow(TypeError);
      expect(await store.read(key)).toBeNull();
      expect(await store.open(key)).toBeNull();
      await store.delete([key]);
      expect(await allKeys()).toEqual([]);
    });
  });
}
