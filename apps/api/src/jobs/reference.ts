import { randomUUID } from 'node:crypto';
import {
  type CreateImage,
  ImageError,
  type ImageFile,
  type Issue,
  parseImageFile,
  uploadProblemError,
  type Viewer,
} from '@darkroom/contracts';
import type { FileStore, UrlSigner } from '../files/file-store.ts';
import { type ImageProcessor, UnreadableImageError } from '../images/image-processor.ts';
import type { Reference } from '../provider/image-provider.ts';
import type { Refusal } from '../store/refusal.ts';
import { type NewUpload, type StoredUpload, UPLOAD_TTL_MS, type UploadStore } from '../store/upload-store.ts';
import { readFile } from './file-access.ts';

const EXTENSIONS: Record<string, string> = { 'image/jpeg': 'jpg', 'image/png': 'png' };

/** A photograph that was made ready, and is not kept yet. */
export interface PreparedUpload {
  upload: NewUpload;
  bytes: Uint8Array;
  /** What it was counted as. */
  attemptId: number;
}

interface PrepareDeps {
  uploads: Pick<UploadStore, 'countAttempt'>;
  pictures: Pick<ImageProcessor, 'prepareUpload'>;
  ratePerMinute: number;
}

/**
 * Makes somebody's photograph fit for the provider. Decoding is the dearest thing that a request can ask for, so it counts
 * towards the rate before it begins, and is not given back when it fails. Rejects with `UnreadableImageError`, and with
 * `rate_limited` before it costs anything.
 */
export async function prepareUpload(
  { uploads, pictures, ratePerMinute }: PrepareDeps,
  userId: string,
  bytes: Uint8Array,
): Promise<PreparedUpload> {
  const attempt = await uploads.countAttempt(userId, ratePerMinute);
  if (attempt.kind === 'refused') throw refusalError(attempt.refusal, []);
  const picture = await pictures.prepareUpload(bytes);
  const uploadId = randomUUID();
  return {
    attemptId: attempt.attemptId,
    bytes: picture.bytes,
    upload: {
      uploadId,
      userId,
      key: `${uploadId}-upload.${EXTENSIONS[picture.contentType] ?? 'jpg'}`,
      contentType: picture.contentType,
      width: picture.width,
      height: picture.height,
      bytes: picture.bytes.length,
    },
  };
}

/** A refusal of the store as the error that it is on the wire; `path` leads to the photograph, for causes that it has. */
export function refusalError({ code, retryAfterMs, problem }: Refusal, path: Issue['path']): ImageError {
  if (code !== 'quota_exceeded' || !problem) return new ImageError(code, { retryAfterMs });
  return uploadProblemError(code, path, problem, { retryAfterMs });
}

/** Where an order carries its photograph. */
export const IMAGE_FILE_PATH: Issue['path'] = ['subject_reference', 0, 'image_file'];

/** The photograph that an accepted order names; null when it names none. */
function referenceOf(request: CreateImage): ImageFile | null {
  const text = request.subject_reference?.[0]?.image_file;
  if (text === undefined) return null;
  const file = parseImageFile(text);
  if (typeof file === 'string') throw new Error('An accepted order holds a reference that cannot be read');
  return file;
}

function withImageFile(request: CreateImage, imageFile: string): CreateImage {
  return { ...request, subject_reference: [{ type: 'character', image_file: imageFile }] };
}

/** Whether the order brings its photograph along, as a data URL. */
export function holdsPhotograph(request: CreateImage): boolean {
  return request.subject_reference?.[0]?.image_file.startsWith('data:') === true;
}

/** A data URL in an order becomes an upload; any other order stays as it is. */
export async function adoptDataUrl(
  deps: PrepareDeps,
  viewer: Viewer,
  request: CreateImage,
): Promise<{ request: CreateImage; prepared: PreparedUpload | null }> {
  const file = referenceOf(request);
  if (file?.kind !== 'data') return { request, prepared: null };
  try {
    const prepared = await prepareUpload(deps, viewer.user_id, Buffer.from(file.base64, 'base64'));
    return { request: withImageFile(request, `upload://${prepared.upload.uploadId}`), prepared };
  } catch (error) {
    if (!(error instanceof UnreadableImageError)) throw error;
    throw uploadProblemError('invalid_request', IMAGE_FILE_PATH, error.problem, { cause: error });
  }
}

/** Refuses an order whose upload is not there, or is somebody else's. */
export async function requireUpload(
  uploads: UploadStore,
  viewer: Viewer,
  request: CreateImage,
  now: number,
): Promise<void> {
  const file = referenceOf(request);
  if (file?.kind !== 'upload') return;
  const upload = await uploads.getUpload(file.uploadId);
  if (!upload || upload.userId !== viewer.user_id || isExpired(upload, now)) throw new ImageError('upload_not_found');
}

function isExpired(upload: StoredUpload, now: number): boolean {
  return upload.createdAt + UPLOAD_TTL_MS <= now;
}

interface LoadDeps {
  uploads: UploadStore;
  files: FileStore;
  /** Set when uploads go to the provider as links. */
  signer: UrlSigner | null;
}

/** The photograph as the provider shall get it; null when the order has none. */
export async function loadReference(
  { uploads, files, signer }: LoadDeps,
  request: CreateImage,
): Promise<Reference | null> {
  const file = referenceOf(request);
  if (file === null) return null;
  if (file.kind === 'data') throw new Error('A stored order holds a data URL');
  if (file.kind === 'url') return { url: file.url };
  const upload = await uploads.getUpload(file.uploadId);
  if (!upload) throw new Error(`Upload ${file.uploadId} is gone`);
  if (signer) return { url: signer.sign(upload.key).url };
  const bytes = await readFile(files, upload.key);
  if (!bytes) throw new Error(`The photograph of upload ${file.uploadId} is gone`);
  return { bytes, contentType: upload.contentType };
}
