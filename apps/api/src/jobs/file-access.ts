import { ImageError } from '@darkroom/contracts';
import type { FileStore } from '../files/file-store.ts';

const DISK_RETRY_MS = 5_000;

/** Keeps a file; a store that cannot take it now is `unavailable`. */
export async function storeFile(files: Pick<FileStore, 'put'>, key: string, bytes: Uint8Array): Promise<void> {
  await wrapStorageErrors(() => files.put(key, bytes));
}

/** The whole file, or null; a store that cannot give it now is `unavailable`. */
export async function readFile(files: Pick<FileStore, 'read'>, key: string): Promise<Uint8Array | null> {
  return wrapStorageErrors(() => files.read(key));
}

async function wrapStorageErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof TypeError) throw cause; // no outage: it was asked for what cannot be
    throw new ImageError('unavailable', { cause, retryAfterMs: DISK_RETRY_MS });
  }
}
