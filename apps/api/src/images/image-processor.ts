import { explainUploadProblem, type UploadProblem } from '@darkroom/contracts';

/** A picture ready to be kept. */
export interface ProcessedImage {
  bytes: Uint8Array;
  contentType: 'image/jpeg' | 'image/png' | 'image/webp' | 'image/avif';
  /** Pixels as shown; null when the bytes are delivered as they came and could not be read. */
  width: number | null;
  height: number | null;
  /** False: exactly the bytes that came in. */
  compressed: boolean;
}

/** A delivered picture. */
export interface ResultImage extends ProcessedImage {
  /** A thumbhash in base64; null when the picture could not be read. */
  placeholder: string | null;
}

/** What the AIGC label of a re-encoded picture says beside the fixed words (minimax-api.md, section 6). */
export interface LabelIds {
  /** The provider's id of the call and the picture's index. */
  produceId: string;
  /** The job's id and the picture's index. */
  propagateId: string;
}

/** A picture could not be fetched. */
export class DownloadError extends Error {
  override readonly name = 'DownloadError';
  /** True where time will hardly mend it (403, 404, 410, a refused address, too many bytes, no picture at all). */
  readonly permanent: boolean;

  /** `message` is for the log: it names no query string. */
  constructor(message: string, options: { permanent: boolean; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.permanent = options.permanent;
  }
}

/** Somebody's upload is no picture that we can read, or passes a bound. */
export class UnreadableImageError extends Error {
  override readonly name = 'UnreadableImageError';
  readonly problem: UploadProblem;

  constructor(problem: UploadProblem, options?: ErrorOptions) {
    super(explainUploadProblem(problem, 'en'), options);
    this.problem = problem;
  }
}

/** Bytes in, pictures out. Every operation is bounded in bytes, pixels and time. */
export interface ImageProcessor {
  /** One try at one result picture. Rejects with `DownloadError`, or with the signal's reason. */
  download(url: string, signal: AbortSignal): Promise<Uint8Array>;
  /** Upright, within the largest edge, compressed, labelled; the bytes as they came where that fails or does not pay.
   *  Bytes that begin as no picture reject with a permanent `DownloadError`. */
  compress(bytes: Uint8Array, label: LabelIds): Promise<ResultImage>;
  /** A photograph as the provider takes it: upright, no metadata, JPEG or PNG, under its limits. Rejects with
   *  `UnreadableImageError`, and with `unavailable` where its turn does not come in time. */
  prepareUpload(bytes: Uint8Array): Promise<ProcessedImage & { width: number; height: number }>;
}
