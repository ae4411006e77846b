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
   * The worker that wrote the file and said so before. It rejects as `unavailable` when that is not on record any more: the
   * worker was given up meanwhile, and the file is gone.
   */
  writtenBy?: string;
}

export interface StoredUpload extends Omit<NewUpload, 'writtenBy'> {
  createdAt: number;
}

/** An attempt to hand in a photograph, as it counts towards the rate. */
export type CountedAttempt = { kind: 'counted'; attemptId: number } | { kind: 'refused'; refusal: Refusal };

/** Uploads are good for this long. */
export const UPLOAD_TTL_MS = 7 * 24 * 60 * 60 * 1_000;

/** Photographs that wait for an order. */
export interface UploadStore {
  /** Refused past the rate; else it counts, whatever becomes of the photograph. Called before anything is decoded. */
  countAttempt(userId: string, ratePerMinute: number): Promise<CountedAttempt>;
  /** Keeps an upload whose attempt was counted. Refused where the user's uploads would take more bytes (0 = no bound). */
  createUpload(upload: NewUpload, userUploadBytes: number): Promise<Refusal | null>;
  /** Null when there is none; whose it is, is for the caller to judge. */
  getUpload(uploadId: string): Promise<StoredUpload | null>;
}
