import { randomUUID } from 'node:crypto';
import {
  type CreateImage,
  ImageError,
  type ImageFile,
  type Issue,
  isH3,
  parseImageFile,
  referencesOf,
  uploadProblemError,
  type Viewer,
} from '@darkroom/contracts';
import type { FileStore, UrlSigner } from '../files/file-store.ts';
import { type ImageProcessor, UnreadableImageError } from '../images/image-processor.ts';
import { extensionOf } from '../media-types.ts';
import type { Reference } from '../provider/image-provider.ts';
import type { Refusal } from '../store/refusal.ts';
import { type NewUpload, type StoredUpload, UPLOAD_TTL_MS, type UploadStore } from '../store/upload-store.ts';
import { readFile } from './file-access.ts';

/** A reference that is processed for the provider and not stored yet. */
export interface PreparedUpload {
  upload: NewUpload;
  bytes: Uint8Array;
  /** The upload attempt that was counted towards the rate limit. */
  attemptId: number;
}

interface PrepareDeps {
  uploads: Pick<UploadStore, 'countAttempt'>;
  imageProcessor: Pick<ImageProcessor, 'prepareUpload'>;
  ratePerMinute: number;
}

/**
 * Processes a user's reference for the provider. Decoding is the most expensive operation that a request can trigger,
 * so it counts towards the rate limit before it starts, and still counts when it fails. Rejects with `rate_limited`
 * before anything is decoded, and with `UnreadableImageError`.
 */
export async function prepareUpload(
  { uploads, imageProcessor, ratePerMinute }: PrepareDeps,
  userId: string,
  bytes: Uint8Array,
): Promise<PreparedUpload> {
  const attempt = await uploads.countAttempt(userId, ratePerMinute);
  if (attempt.kind === 'refused') throw refusalError(attempt.refusal, []);
  const image = await imageProcessor.prepareUpload(bytes);
  const uploadId = randomUUID();
  return {
    attemptId: attempt.attemptId,
    bytes: image.bytes,
    upload: {
      uploadId,
      userId,
      key: `${uploadId}-upload.${extensionOf(image.contentType)}`,
      contentType: image.contentType,
      width: image.width,
      height: image.height,
      bytes: image.bytes.length,
    },
  };
}

/** Maps a refusal of the store to its wire error. `path` is the field of the reference, for refusals caused by it. */
export function refusalError({ code, retryAfterMs, problem }: Refusal, path: Issue['path']): ImageError {
  if (code !== 'quota_exceeded' || !problem) return new ImageError(code, { retryAfterMs });
  return uploadProblemError(code, path, problem, { retryAfterMs });
}

/** Path of the reference in a request. */
export const IMAGE_FILE_PATH: Issue['path'] = ['subject_reference', 0, 'image_file'];

/** A data URL as `base64`: its content type is detected when the image is decoded. */
export type ParsedReference = Exclude<ImageFile, { kind: 'data' }> | { kind: 'data'; base64: string };

/** Parses the reference of an accepted request; null when it has none. */
export function parseReference(request: CreateImage): ParsedReference | null {
  const text = referencesOf(request)[0]?.image_file;
  if (text === undefined) return null;
  // `CreateImage` has validated and normalised a data URL: its megabytes are not scanned again.
  if (text.startsWith('data:')) return { kind: 'data', base64: text.slice(text.indexOf(',') + 1) };
  const file = parseImageFile(text);
  if (typeof file === 'string') throw new Error('The reference of an accepted request cannot be parsed');
  return file;
}

function withImageFile(request: CreateImage, imageFile: string): CreateImage {
  if (isH3(request)) return { ...request, references: [{ image_file: imageFile }] };
  return { ...request, subject_reference: [{ type: 'character', image_file: imageFile }] };
}

/**
 * Replaces a data URL in a request by an upload, which is prepared and not stored yet. A request with any other
 * `reference` is returned unchanged. Throws `rate_limited`, `invalid_request` and `unavailable`.
 */
export async function replaceDataUrl(
  deps: PrepareDeps,
  viewer: Viewer,
  request: CreateImage,
  reference: ParsedReference | null,
): Promise<{ request: CreateImage; prepared: PreparedUpload | null }> {
  if (reference?.kind !== 'data') return { request, prepared: null };
  try {
    const prepared = await prepareUpload(deps, viewer.user_id, Buffer.from(reference.base64, 'base64'));
    return { request: withImageFile(request, `upload://${prepared.upload.uploadId}`), prepared };
  } catch (error) {
    if (!(error instanceof UnreadableImageError)) throw error;
    throw uploadProblemError('invalid_request', IMAGE_FILE_PATH, error.problem, { cause: error });
  }
}

/** Throws `upload_not_found` when the upload does not exist, has expired, or belongs to another user. */
export async function requireUpload(
  uploads: UploadStore,
  viewer: Viewer,
  uploadId: string,
  now: number,
): Promise<void> {
  const upload = await uploads.getUpload(uploadId);
  if (!upload || upload.userId !== viewer.user_id || isExpired(upload, now)) throw new ImageError('upload_not_found');
}

function isExpired(upload: StoredUpload, now: number): boolean {
  return upload.createdAt + UPLOAD_TTL_MS <= now;
}

interface LoadDeps {
  uploads: UploadStore;
  files: FileStore;
  /** Set when uploads are sent to the provider as links, null when by value. */
  signer: UrlSigner | null;
}

/** Returns the reference in the form in which it is sent to the provider; null when the request has none. */
export async function loadReference(
  { uploads, files, signer }: LoadDeps,
  request: CreateImage,
): Promise<Reference | null> {
  const file = parseReference(request);
  if (file === null) return null;
  if (file.kind === 'data') throw new Error('A stored request contains a data URL');
  if (file.kind === 'url') return { url: file.url };
  const upload = await uploads.getUpload(file.uploadId);
  if (!upload) throw new Error(`Upload ${file.uploadId} does not exist`);
  if (signer) return { url: signer.sign(upload.key).url };
  const bytes = await readFile(files, upload.key);
  if (!bytes) throw new Error(`The file of upload ${file.uploadId} does not exist`);
  return { bytes, contentType: upload.contentType };
}
