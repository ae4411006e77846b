import { expect, test, vi } from 'vitest';
import { createLocalFileStore } from '../../src/files/local-file-store.ts';
import { createSaveUpload } from '../../src/jobs/save-upload.ts';
import { buildPictures } from '../pictures/build-pictures.ts';
import { readPhoto } from '../pictures/photos.ts';
import { openSqliteStores } from '../store/open-sqlite-stores.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { buildLedger } from './build-ledger.ts';

const viewer = { user_id: '1', star_id: null };

test('no more is decoded than the rate allows, however many uploads of one user come at once', async () => {
  const stores = await openSqliteStores();
  const files = await createLocalFileStore({ dir: await temporaryFolder() });
  const pictures = buildPictures();
  const prepareUpload = vi.spyOn(pictures, 'prepareUpload');
  const saveUpload = createSaveUpload({
    uploads: stores.uploads,
    pictures,
    files,
    ledger: buildLedger(stores, files),
    signer: { sign: (key) => ({ url: key, expiresAt: new Date(0) }), verify: () => true },
    ratePerMinute: 2,
  });
  const photo = await readPhoto('rocket.jpg');
  const outcomes = await Promise.allSettled(Array.from({ length: 6 }, () => saveUpload(viewer, photo)));
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
  expect(prepareUpload).toHaveBeenCalledTimes(2);
});
