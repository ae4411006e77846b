import { ConfigError } from './config.ts';
import { StoreOpenError } from './store/shared/store-open-error.ts';

/** Error codes of the operating system and of SQLite for a folder or disk that cannot be used. */
const STORAGE_FAULT =
  /^(E(ACCES|PERM|ROFS|NOSPC|DQUOT|FBIG|IO|NOTDIR|MFILE)$|SQLITE_(FULL|IOERR|READONLY|CANTOPEN|CORRUPT))/;

/** Returns why the start failed, as a message for the operator; null for an internal error. */
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
