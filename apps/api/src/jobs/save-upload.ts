import { type UploadedImage, uploadProblemError, type Viewer } from '@darkroom/contracts';
import type { FileStore, LinkSigner } from '../files/file-store.ts';
import { type ImageProcessor, UnreadableImageError } from '../images/image-processor.ts';
import type { UploadStore } from '../store/upload-store.ts';
import type { FileTracker } from './file-tracker.ts';
import { countUploads, type PreparedUpload, prepareUpload, refusalError } from './prepare-upload.ts';
import { storeUploads } from './store-uploads.ts';
import type { UserMutex } from './user-mutex.ts';

interface Deps {
  uploads: UploadStore;
  files: FileStore;
  fileTracker: FileTracker;
  imageProcessor: ImageProcessor;
  signer: LinkSigner;
  limits: { ratePerMinute: number; userUploadBytes: number };
  /**
   * Mutex per user, shared by everything that decodes references: at most one reference of a user is decoded at once.
   */
  runExclusive: UserMutex;
}

export type SaveUpload = (viewer: Viewer, bytes: Uint8Array) => Promise<UploadedImage>;

/** Path of the reference in the form. */
const FILE_PATH = ['file'];

/**
 * Stores a reference, which a later request can name. Throws `rate_limited`, `unsupported_image`, `quota_exceeded` and
 * `unavailable`.
 */
export function createSaveUpload({
  uploads,
  files,
  fileTracker,
  imageProcessor,
  signer,
  limits,
  runExclusive,
}: Deps): SaveUpload {
  const { ratePerMinute, userUploadBytes } = limits;

  async function prepare(viewer: Viewer, bytes: Uint8Array): Promise<PreparedUpload> {
    try {
      return await prepareUpload(imageProcessor, viewer.user_id, bytes);
    } catch (error) {
      if (!(error instanceof UnreadableImageError)) throw error;
      throw uploadProblemError('unsupported_image', FILE_PATH, error.problem, { cause: error });
    }
  }

  async function saveUpload(viewer: Viewer, bytes: Uint8Array): Promise<UploadedImage> {
    await countUploads(uploads, viewer.user_id, ratePerMinute, 1);
    const prepared = await prepare(viewer, bytes);
    const { uploadId, key, width, height } = prepared.upload;
    const refusal = await storeUploads({ files, fileTracker }, [prepared], ([upload = prepared.upload]) =>
      uploads.createUpload(upload, userUploadBytes),
    );
    if (refusal) {
      await fileTracker.deleteNow([key]);
      throw refusalError(refusal, FILE_PATH);
    }
    const { url } = signer.sign(key);
    return { image_file: `upload://${uploadId}`, url, width, height, bytes: prepared.bytes.length };
  }

  return (viewer, bytes) => runExclusive(viewer.user_id, () => saveUpload(viewer, bytes));
}
