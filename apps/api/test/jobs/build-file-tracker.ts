import type { FileStore } from '../../src/files/file-store.ts';
import { createFileTracker, type FileTracker } from '../../src/jobs/file-tracker.ts';
import { type Stores, WORKER } from '../store/stores.ts';
import { createRecordedLog } from './recorded-log.ts';

/** Creates the file tracker of one process over a test's stores. */
export function buildFileTracker(stores: Stores, files: Pick<FileStore, 'delete'>, workerId = WORKER): FileTracker {
  return createFileTracker({
    deletions: stores.deletions,
    files,
    workerId,
    clock: stores.clock,
    log: createRecordedLog(),
  });
}
