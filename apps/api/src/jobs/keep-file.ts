import { ImageError } from '@darkroom/contracts';
import type { FileStore } from '../files/file-store.ts';

const DISK_RETRY_MS = 5_000;

/** Keeps a file for a caller who waits: a store that cannot take it now is theirs to know. */
export async function storeFile(files: FileStore, key: string, bytes: Uint8Array): Promise<void> {
  try {
    await files.put(key, bytes);
  } catch (cause) {
    throw new ImageError('unavailable', { cause, retryAfterMs: DISK_RETRY_MS });
  }
}
