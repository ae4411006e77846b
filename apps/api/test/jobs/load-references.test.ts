import path from 'node:path';
import type { CreateImage } from '@darkroom/contracts';
import { beforeEach, expect, test } from 'vitest';
import type { FileStore } from '../../src/files/file-store.ts';
import { createLocalFileStore } from '../../src/files/local-file-store.ts';
import { loadReferences } from '../../src/jobs/load-references.ts';
import { createManualClock } from '../manual-clock.ts';
import { openSqliteStores } from '../store/open-sqlite-stores.ts';
import { h3RequestWith, newUpload, requestWith, type Stores } from '../store/stores.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const BYTES = Buffer.from('a photo');
const away = () => Promise.reject(new Error('the disk is gone'));

let stores: Stores;
let files: FileStore;
beforeEach(async () => {
  const clock = createManualClock();
  stores = await openSqliteStores({ clock });
  files = await createLocalFileStore({ dir: path.join(await temporaryFolder(), 'files'), clock });
});

async function addReference(): Promise<string> {
  const upload = newUpload();
  expect(await stores.uploads.createUpload(upload, 0)).toBeNull();
  await files.put(upload.key, BYTES);
  return upload.uploadId;
}

function load(request: CreateImage, store = files) {
  return loadReferences({ uploads: stores.uploads, files: store, signer: null }, request);
}

test.each([
  ['image-01', requestWith],
  ['H3', h3RequestWith],
])('returns the bytes and the exact size of a reference of %s', async (_, requestOf) => {
  const [reference] = await load(requestOf(await addReference()));
  if (!reference || 'url' in reference) throw new Error('it is no file');
  expect(reference).toMatchObject({ bytes: BYTES.length, contentType: 'image/jpeg' });
  expect(Buffer.concat(await Array.fromAsync(reference.read()))).toEqual(BYTES);
});

test.each([
  ['image-01', requestWith],
  ['H3', h3RequestWith],
])('rejects as unavailable before a call of %s while the file store is away', async (_, requestOf) => {
  const request = requestOf(await addReference());
  await expect(load(request, { ...files, read: away, open: away })).rejects.toMatchObject({ code: 'unavailable' });
});

test('reads a reference of image-01 once, before the call: a fault of the store after that does not end the job', async () => {
  let isAway = false;
  const reading =
    <Result>(work: (key: string) => Promise<Result>) =>
    (key: string) =>
      isAway ? away() : work(key);
  const store = { ...files, read: reading(files.read), open: reading(files.open) };
  const [reference] = await load(requestWith(await addReference()), store);
  isAway = true;
  if (!reference || 'url' in reference) throw new Error('it is no file');
  expect(Buffer.concat(await Array.fromAsync(reference.read()))).toEqual(BYTES);
});
