import { ImageError, type UploadedImage, type Viewer } from '@darkroom/contracts';
import type { FileStore, UrlSigner } from '../files/file-store.ts';
import { type Pictures, UnreadableImageError } from '../pictures/pictures.ts';
import type { UploadStore } from '../store/job-store.ts';
import type { FileLedger } from './file-ledger.ts';
import { createInTurn } from './in-turn.ts';
import { type PreparedUpload, prepareUpload } from './reference.ts';
import { storeUpload } from './store-upload.ts';

interface Deps {
  uploads: UploadStore;
  files: FileStore;
  ledger: FileLedger;
  pictures: Pictures;
  signer: UrlSigner;
  ratePerMinute: number;
}

export type SaveUpload = (viewer: Viewer, bytes: Uint8Array) => Promise<UploadedImage>;

/** Takes a photograph, to be named in an order later. */
export function createSaveUpload({ uploads, files, ledger, pictures, signer, ratePerMinute }: Deps): SaveUpload {
  const inTurn = createInTurn();

  async function prepare(viewer: Viewer, bytes: Uint8Array): Promise<PreparedUpload> {
    try {
      return await prepareUpload({ uploads, pictures, ratePerMinute }, viewer.user_id, bytes);
    } catch (error) {
      throw error instanceof UnreadableImageError ? new ImageError('unsupported_image', { cause: error }) : error;
    }
  }

  async function saveUpload(viewer: Viewer, bytes: Uint8Array): Promise<UploadedImage> {
    const prepared = await prepare(viewer, bytes);
    const { uploadId, key, width, height } = prepared.upload;
    const refusal = await storeUpload({ files, ledger }, prepared, (upload) =>
      uploads.createUpload(upload, ratePerMinute),
    );
    if (refusal) {
      await ledger.deleteNow([key]);
      throw new ImageError(refusal.code, { retryAfterMs: refusal.retryAfterMs });
    }
    const { url } = signer.sign(key);
    return { image_file: `upload://${uploadId}`, url, width, height, bytes: prepared.bytes.length };
  }

  // The next is not decoded before this one counts.
  return (viewer, bytes) => inTurn(viewer.user_id, () => saveUpload(viewer, bytes));
}
