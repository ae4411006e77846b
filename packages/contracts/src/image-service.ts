import type { CreateImage } from './create-image.ts';
import type { ImageJob, ImageJobPage, JobRef, ListQuery, StatusQuery, UploadedImage } from './image-job.ts';

/** Who asks: a 64-bit id as digits or a name of 1 to 128 printable ASCII characters, and a 64-bit id as digits. */
export interface Viewer {
  user_id: string;
  star_id: string | null;
}

export interface CreateOptions {
  idempotency_key?: string | undefined;
}

export interface WatchOptions {
  /** Ends the wait; the answer no longer matters. */
  signal?: AbortSignal | undefined;
}

/**
 * What a server implements and every face calls. Inputs are parsed. Every method rejects with an `ImageError` for what is
 * the caller's to mend, and with anything else for what is ours.
 */
export interface ImageService {
  create(viewer: Viewer, input: CreateImage, options: CreateOptions): Promise<ImageJob>;
  /** With `wait_seconds` the answer is held until there is news. */
  status(viewer: Viewer, query: StatusQuery, options: WatchOptions): Promise<ImageJob>;
  list(viewer: Viewer, query: ListQuery): Promise<ImageJobPage>;
  cancel(viewer: Viewer, ref: JobRef): Promise<ImageJob>;
  delete(viewer: Viewer, ref: JobRef): Promise<JobRef>;
  upload(viewer: Viewer, bytes: Uint8Array): Promise<UploadedImage>;
}
