import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { createLocalFileStore } from '../../src/files/local-file-store.ts';
import { listAll, testFileStore } from './file-store.conformance.ts';

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'darkroom-files-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

testFileStore('a local folder', async () =>
  createLocalFileStore({ dir: join(await temporaryFolder(), 'files'), clock: systemClock }),
);

test('keeps files beyond the life of the store that wrote them', async () => {
  const dir = await temporaryFolder();
  await (await createLocalFileStore({ dir, clock: systemClock })).put('a.png', Buffer.from('a'));
  expect(await (await createLocalFileStore({ dir, clock: systemClock })).read('a.png')).toEqual(Buffer.from('a'));
});

test('never exposes a file that was partially written at a crash, and removes it at a later start', async () => {
  const dir = await temporaryFolder();
  const store = await createLocalFileStore({ dir, clock: systemClock });
  const half = join(dir, 'writing', 'half');
  await writeFile(half, 'ha');
  expect(await listAll(store)).toEqual([]);
  const longAgo = new Date(Date.now() - 60 * 60 * 1_000);
  await utimes(half, longAgo, longAgo);
  await createLocalFileStore({ dir, clock: systemClock });
  expect(await readdir(join(dir, 'writing'))).toEqual([]);
});

test('leaves alone what another process is writing into the same folder at a start', async () => {
  const dir = await temporaryFolder();
  const store = await createLocalFileStore({ dir, clock: systemClock });
  const writes = Promise.all(
    Array.from({ length: 40 }, (_, index) => store.put(`${index}.png`, Buffer.alloc(100_000))),
  );
  for (let starts = 0; starts < 10; starts++) await createLocalFileStore({ dir, clock: systemClock });
  await writes;
  expect(await listAll(store)).toHaveLength(40);
});

test('rejects a failed write and leaves nothing behind', async () => {
  const dir = await temporaryFolder();
  const store = await createLocalFileStore({ dir, clock: systemClock });
  await store.put('a.png', Buffer.from('old'));
  const [shard = ''] = (await readdir(dir)).filter((name) => name !== 'writing');
  // A folder in place of the file makes the rename fail, as a full disk would.
  await rm(join(dir, shard), { recursive: true });
  await writeFile(join(dir, shard), '');
  await expect(store.put('a.png', Buffer.from('new'))).rejects.toThrow();
  expect(await readdir(join(dir, 'writing'))).toEqual([]);
});

test('serves ping, put and read after its folder was removed', async () => {
  const dir = join(await temporaryFolder(), 'files');
  const store = await createLocalFileStore({ dir, clock: systemClock });
  await rm(dir, { recursive: true });
  await store.ping();
  await store.put('a.png', Buffer.from('a'));
  expect(await store.read('a.png')).toEqual(Buffer.from('a'));
});

test('reports a read-only folder through ping', async () => {
  const dir = await temporaryFolder();
  const store = await createLocalFileStore({ dir, clock: systemClock });
  await store.ping();
  await rm(join(dir, 'writing'), { recursive: true });
  await writeFile(join(dir, 'writing'), '');
  await expect(store.ping()).rejects.toThrow();
});

test('rejects when it cannot read instead of reporting files as missing', async () => {
  const dir = await temporaryFolder();
  const store = await createLocalFileStore({ dir, clock: systemClock });
  await store.put('a.png', Buffer.from('a'));
  const [shard = ''] = (await readdir(dir)).filter((name) => name !== 'writing');
  await rm(join(dir, shard), { recursive: true });
  await writeFile(join(dir, shard), '');
  await expect(store.read('a.png')).rejects.toThrow();
  await expect(store.open('a.png')).rejects.toThrow();
});

describe('partial files of a killed process', () => {
  const halves = (dir: string) => readdir(join(dir, 'writing'));

  test('are removed when the next process opens a folder of its own', async () => {
    const dir = await temporaryFolder();
    await createLocalFileStore({ dir, writer: 'dead', clock: systemClock });
    await writeFile(join(dir, 'writing', 'dead~half'), 'ha');
    await writeFile(join(dir, 'writing', 'as versions before named it'), 'ha');
    await createLocalFileStore({ dir, writer: 'next', isSingleProcess: true, clock: systemClock });
    expect(await halves(dir)).toEqual([]);
  });

  test('are removed from a shared folder once their writer has ended, not those of live writers', async () => {
    const dir = await temporaryFolder();
    const store = await createLocalFileStore({ dir, writer: 'next', clock: systemClock });
    for (const name of ['dead~1', 'dead~2', 'alive~1', 'next~1', 'nameless']) {
      await writeFile(join(dir, 'writing', name), 'ha');
    }
    const asked: (readonly string[])[] = [];
    await store.removePartialFiles(async (writers) => {
      asked.push(writers);
      return writers.filter((writer) => writer === 'dead');
    });
    expect(asked.map((writers) => writers.toSorted())).toEqual([['alive', 'dead']]);
    expect((await halves(dir)).toSorted()).toEqual(['alive~1', 'nameless', 'next~1']);
  });
});
