import type { FileStore, StoredFile } from '../files/file-store.ts';
import { storageUnavailable } from '../retry/retry-after.ts';

/** Writes a file. Throws `unavailable` while the file store cannot take it. */
export async function storeFile(files: Pick<FileStore, 'put'>, key: string, bytes: Uint8Array): Promise<void> {
  await translateOutages(() => files.put(key, bytes));
}

/** Reads a whole file; null when there is none. Throws `unavailable` while the file store cannot read it. */
export async function readFile(files: Pick<FileStore, 'read'>, key: string): Promise<Uint8Array | null> {
  return translateOutages(() => files.read(key));
}

/** Opens a file for reading; null when there is none. Throws `unavailable` while the file store cannot read it. */
export async function openFile(files: Pick<FileStore, 'open'>, key: string): Promise<StoredFile | null> {
  return translateOutages(() => files.open(key));
}

async function translateOutages<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof TypeError) throw cause; // a bug (such as an invalid argument), not an outage
    throw storageUnavailable(cause);
  }
}
