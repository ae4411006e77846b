import { randomUUID } from 'node:crypto';
import { ImageError, type Issue, uploadProblemError } from '@darkroom/contracts';
import type { ImageProcessor } from '../images/image-processor.ts';
import { extensionOf } from '../media-types.ts';
import type { Refusal } from '../store/refusal.ts';
import type { NewUpload, UploadStore } from '../store/upload-store.ts';

/** A reference that is processed for the provider and not stored yet. */
export interface PreparedUpload {
  upload: NewUpload;
  bytes: Uint8Array;
}

/**
 * Counts uploads towards the rate limit and returns the id of the first one's usage event. Decoding is the most
 * expensive operation that a request can trigger, so every reference counts before it is decoded, and still counts when
 * that fails. Rejects with `rate_limited`.
 */
export async function countUploads(
  uploads: Pick<UploadStore, 'countAttempts'>,
  userId: string,
  ratePerMinute: number,
  attempts: number,
): Promise<string> {
  const usageId = randomUUID();
  const refusal = await uploads.countAttempts({ usageId, userId, attempts }, ratePerMinute);
  if (refusal) throw refusalError(refusal, []);
  return usageId;
}

/** Processes a user's reference for the provider, once it was counted. Rejects with `UnreadableImageError`. */
export async function prepareUpload(
  imageProcessor: Pick<ImageProcessor, 'prepareUpload'>,
  userId: string,
  bytes: Uint8Array,
): Promise<PreparedUpload> {
  const image = await imageProcessor.prepareUpload(bytes);
  const uploadId = randomUUID();
  return {
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
