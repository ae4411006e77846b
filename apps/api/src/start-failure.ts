import { ConfigError } from './config.ts';
import { StoreOpenError } from './store/shared/store-open-error.ts';

/** The operating system's and SQLite's codes for a folder or disk that cannot be used. */
const STORAGE_FAULT =
  /^(E(ACCES|PERM|ROFS|NOSPC|DQUOT|FBIG|IO|NOTDIR|MFILE)$|SQLITE_(FULL|IOERR|READONLY|CANTOPEN|CORRUPT))/;

/** Why the start failed, in a line for whoever can mend it; null for a fault of ours. */
export function describeStartFailure(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if (error instanceof ConfigError || error instanceof StoreOpenError) return error.message;
  return describeStorageFault(error);
}

function describeStorageFault(error: Error): string | null {
  if ('code' in error && typeof error.code === 'string' && STORAGE_FAULT.test(error.code)) {
    return `DATA_DIR cannot be used: ${error.message}`;
  }
  return error.cause instanceof Error ? describeStorageFault(error.cause) : null;
}
