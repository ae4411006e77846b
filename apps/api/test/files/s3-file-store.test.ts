import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type S3Server, startS3 } from '@darkroom/test-kit/infrastructure/s3-server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { createS3Client, type S3Settings } from '../../src/files/s3-client.ts';
import { createS3FileStore } from '../../src/files/s3-file-store.ts';
import { listAll, testFileStore } from './file-store.conformance.ts';

let dir: string;
let server: S3Server;
let buckets = 0;
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'darkroom-s3-'));
  server = await startS3({ dir });
});
afterAll(async () => {
  await server.close();
  await rm(dir, { recursive: true, force: true });
});

const createBucket = () => server.createBucket(`bucket-${++buckets}`);

testFileStore('an S3 bucket', async () => createS3FileStore(await createBucket(), systemClock));

test('uses every field of its settings', async () => {
  const settings: Required<S3Settings> = await createBucket();
  const used = new Set<PropertyKey>();
  const watched = new Proxy(settings, {
    get(target, name) {
      used.add(name);
      return Reflect.get(target, name);
    },
  });
  const store = await createS3FileStore(watched, systemClock);
  await store.put('a.png', Buffer.from('a'));
  expect([...used]).toEqual(expect.arrayContaining(Object.keys(settings)));
});

test('shows the same files to several stores', async () => {
  const settings = await createBucket();
  const [one, other] = [await createS3FileStore(settings, systemClock), await createS3FileStore(settings, systemClock)];
  await one.put('a.png', Buffer.from('a'));
  expect(await other.read('a.png')).toEqual(Buffer.from('a'));
});

test('neither lists nor touches other objects in the bucket', async () => {
  const settings = await createBucket();
  const store = await createS3FileStore(settings, systemClock);
  const client = await createS3Client(settings);
  const others = ['a.png', 'darkroom', 'darkroom/a.png', 'darkroom/files/a folder/a.png', 'somewhere/else.png'];
  for (const Key of others) await client.putObject({ Bucket: settings.bucket, Key, Body: 'theirs' });
  expect(await store.read('a.png')).toBeNull();
  expect(await listAll(store)).toEqual([]);
  await store.put('a.png', Buffer.from('ours'));
  await store.delete(['a.png']);
  await store.ping();
  const { Contents = [] } = await client.listObjects({ Bucket: settings.bucket });
  expect(Contents.map(({ Key }) => Key).sort()).toEqual(others.sort());
});

test('deletes many files in one call', async () => {
  const store = await createS3FileStore(await createBucket(), systemClock);
  const keys = Array.from({ length: 40 }, (_, index) => `${index}.png`);
  for (const key of keys) await store.put(key, Buffer.from(key));
  await store.delete(keys);
  expect(await listAll(store)).toEqual([]);
});
