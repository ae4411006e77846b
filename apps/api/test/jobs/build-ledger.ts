import type { FileStore } from '../../src/files/file-store.ts';
import { createFileLedger, type FileLedger } from '../../src/jobs/file-ledger.ts';
import { type Stores, WORKER } from '../store/stores.ts';
import { createLogBook } from './log-book.ts';

/** The ledger of one process over the stores of a test. */
export function buildLedger(stores: Stores, files: Pick<FileStore, 'delete'>, workerId = WORKER): FileLedger {
  return createFileLedger({ deletions: stores.deletions, files, workerId, log: createLogBook() });
}
