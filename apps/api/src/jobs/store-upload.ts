import type { FileStore } from '../files/file-store.ts';
import type { NewUpload } from '../store/job-store.ts';
import { storeFile } from './ask-files.ts';
import type { FileLedger } from './file-ledger.ts';
import type { PreparedUpload } from './reference.ts';

interface Deps {
  files: Pick<FileStore, 'put'>;
  ledger: Pick<FileLedger, 'whileWriting' | 'workerId'>;
}

/** Writes the photograph, then has it named; a crash in between leaves nothing behind. */
export function storeUpload<T>(
  { files, ledger }: Deps,
  { upload, bytes }: PreparedUpload,
  name: (upload: NewUpload) => Promise<T>,
): Promise<T> {
  return ledger.whileWriting([upload.key], async () => {
    await storeFile(files, upload.key, bytes);
    return name({ ...upload, writtenBy: ledger.workerId });
  });
}
