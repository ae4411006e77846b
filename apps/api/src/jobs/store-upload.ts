import type { FileStore } from '../files/file-store.ts';
import type { NewUpload } from '../store/upload-store.ts';
import { storeFile } from './file-access.ts';
import type { FileTracker } from './file-tracker.ts';
import type { PreparedUpload } from './reference.ts';

interface Deps {
  files: Pick<FileStore, 'put'>;
  fileTracker: Pick<FileTracker, 'whileWriting' | 'workerId'>;
}

/** Writes the file of an upload, then commits the row that names it. A crash in between leaves no orphaned file. */
export function storeUpload<T>(
  { files, fileTracker }: Deps,
  { upload, bytes }: PreparedUpload,
  commit: (upload: NewUpload) => Promise<T>,
): Promise<T> {
  return fileTracker.whileWriting([upload.key], async () => {
    await storeFile(files, upload.key, bytes);
    return commit({ ...upload, writtenBy: fileTracker.workerId });
  });
}
