import type { FileStore } from '../files/file-store.ts';
import type { NewUpload } from '../store/upload-store.ts';
import { storeFile } from './file-access.ts';
import type { FileTracker } from './file-tracker.ts';
import type { PreparedUpload } from './prepare-upload.ts';

interface Deps {
  files: Pick<FileStore, 'put'>;
  fileTracker: Pick<FileTracker, 'whileWriting' | 'workerId'>;
}

/** Writes the files of uploads, then commits the rows that name them. A crash in between leaves no orphaned file. */
export function storeUploads<T>(
  { files, fileTracker }: Deps,
  prepared: PreparedUpload[],
  commit: (uploads: NewUpload[]) => Promise<T>,
): Promise<T> {
  const keys = prepared.map(({ upload }) => upload.key);
  return fileTracker.whileWriting(keys, async () => {
    for (const { upload, bytes } of prepared) await storeFile(files, upload.key, bytes);
    return commit(prepared.map(({ upload }) => ({ ...upload, writtenBy: fileTracker.workerId })));
  });
}
