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

/** Result of counting attempts to upload towards the rate limit; `attemptId` is the first one's. */
export type CountedAttempts = { kind: 'counted'; attemptId: number } | { kind: 'refused'; refusal: Refusal };

/** How long an upload is kept: 7 days, in milliseconds. */
export const UPLOAD_TTL_MS = 7 * 24 * 60 * 60 * 1_000;

/** Uploads: references that are kept for requests to name them. */
export interface UploadStore {
  /**
   * Refuses past the rate limit; otherwise the attempts count, whatever happens to the uploads. Called before anything
   * is decoded. More attempts than the rate need a minute without any.
   */
  countAttempts(userId: string, ratePerMinute: number, attempts: number): Promise<CountedAttempts>;
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
