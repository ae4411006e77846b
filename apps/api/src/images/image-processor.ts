import { explainUploadProblem, type UploadProblem } from '@darkroom/contracts';
import type { Family } from '../job/model-family.ts';
import type { MediaType } from '../media-types.ts';

/** An image ready to be stored. */
export interface ProcessedImage {
  bytes: Uint8Array;
  contentType: MediaType;
  /** Pixels as shown; null when the bytes are delivered as received and could not be read. */
  width: number | null;
  height: number | null;
  /** False: exactly the bytes that were received. */
  compressed: boolean;
}

/** A result as delivered. */
export interface ResultImage extends ProcessedImage {
  /** A thumbhash in base64; null when the image could not be read. */
  placeholder: string | null;
}

/** Ids in the AIGC label of a re-encoded image, in addition to its fixed values (minimax-api.md, section 6). */
export interface LabelIds {
  /** The provider's id of the call and the image's index. */
  produceId: string;
  /** The job's id and the image's index. */
  propagateId: string;
}

/** An image could not be downloaded. */
export class DownloadError extends Error {
  override readonly name = 'DownloadError';
  /** True if a retry will hardly help (403, 404, 410, a refused address, too many bytes, not an image). */
  readonly permanent: boolean;

  /** `message` is for the log: it contains no query string. */
  constructor(message: string, options: { permanent: boolean; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.permanent = options.permanent;
  }
}

/** An upload is not an image that we can read, or exceeds a bound. */
export class UnreadableImageError extends Error {
  override readonly name = 'UnreadableImageError';
  readonly problem: UploadProblem;

  constructor(problem: UploadProblem, options?: ErrorOptions) {
    super(explainUploadProblem(problem, 'en'), options);
    this.problem = problem;
  }
}

/** Image operations. Each one is bounded in bytes, pixels and time. */
export interface ImageProcessor {
  /** Makes one try at one result image. Rejects with `DownloadError`, or with the signal's reason. */
  download(url: string, signal: AbortSignal): Promise<Uint8Array>;
  /**
   * Makes the image upright, fits it into the largest edge of its model family, compresses and labels it. Returns the bytes as received if
   * that fails or saves no bytes. Bytes that do not begin as an image reject with a permanent `DownloadError`.
   */
  compress(bytes: Uint8Array, label: LabelIds, family?: Family): Promise<ResultImage>;
  /**
   * Converts an upload to what the provider accepts: upright, no metadata, JPEG or PNG, within its limits. Rejects with
   * `UnreadableImageError`, and with `unavailable` if it waits too long for a slot.
   */
  prepareUpload(bytes: Uint8Array): Promise<ProcessedImage & { width: number; height: number }>;
}
