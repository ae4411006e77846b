import type { Refusal } from './refusal.ts';

export interface NewUpload {
  uploadId: string;
  userId: string;
  key: string;
  contentType: string;
  width: number;
  height: number;
  bytes: number;
  /**
   * The worker that wrote the file and recorded a write intent before. Storing the upload rejects as `unavailable` when
   * that intent is not on record any more: the worker's lease was lost meanwhile, and the file is gone.
   */
  writtenBy?: string;
}

export interface StoredUpload extends Omit<NewUpload, 'writtenBy'> {
  createdAt: number;
}

/** Attempts to upload, which are made together. */
interface UploadAttempts {
  /** Id of their usage event, chosen by the caller: a retry with the same id does not count again. */
  usageId: string;
  userId: string;
  attempts: number;
}

/** How long an upload is kept: 7 days, in milliseconds. */
export const UPLOAD_TTL_MS = 7 * 24 * 60 * 60 * 1_000;

/** Uploads: references that are kept for requests to name them. */
export interface UploadStore {
  /**
   * Refuses past the rate limit; otherwise the attempts count, whatever happens to the uploads. Called before anything
   * is decoded, in a transaction of its own: the mutex of admission must not be held while images are decoded. More
   * attempts than the rate need a minute without any.
   */
  countAttempts(attempts: UploadAttempts, ratePerMinute: number): Promise<Refusal | null>;
  /**
   * Stores an upload whose attempt was counted. Refuses if the user's uploads would take more bytes than that (0 = no
   * bound).
   */
  createUpload(upload: NewUpload, userUploadBytes: number): Promise<Refusal | null>;
  /** Null when there is no such upload. The caller has to check the owner. */
  getUpload(uploadId: string): Promise<StoredUpload | null>;
  /** Those of the uploads that exist, in any order. The caller has to check the owner. */
  getUploads(uploadIds: string[]): Promise<StoredUpload[]>;
}
