import { ImageError } from '@darkroom/contracts';

/** Retry-After in milliseconds while the capacity is used up and it is not known when some becomes free. */
export const BUSY_RETRY_AFTER_MS = 5_000;

/** Shortest Retry-After in milliseconds: the header is in whole seconds. */
export const RETRY_AFTER_MIN_MS = 1_000;

/** Retry-After in milliseconds while draining: about the time until the server is back or replaced. */
export const DRAINING_RETRY_AFTER_MS = 5_000;

/** Retry-After in milliseconds while the database or the file store is unavailable. */
const OUTAGE_RETRY_AFTER_MS = 5_000;

/** The error of a request that fails because the database or the file store is unavailable. */
export function storageUnavailable(cause: unknown): ImageError {
  return new ImageError('unavailable', { cause, retryAfterMs: OUTAGE_RETRY_AFTER_MS });
}
