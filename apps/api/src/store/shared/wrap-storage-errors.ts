import type { Clock } from '../../clock.ts';
import { retry } from '../../retry/retry.ts';
import { storageUnavailable } from '../../retry/retry-after.ts';
import { isPostgresUnavailable, isTransient } from '../postgres/postgres-errors.ts';

/** SQLite's error codes of a database or disk that cannot be used now, by any caller. */
const SQLITE_UNAVAILABLE = /^SQLITE_(FULL|IOERR|READONLY|CANTOPEN|CORRUPT|NOTADB|BUSY|LOCKED|NOMEM|PERM)/;

/** Milliseconds to wait before each retry of a transient fault. */
const RETRY_WAITS_MS = [20, 200];

/**
 * Wraps a store so that its database faults reject as `unavailable`, after a second and a third try where the fault may
 * be transient. A retry is safe: no store applies an effect twice.
 */
export function wrapStorageErrors<Store extends object>(store: Store, clock: Pick<Clock, 'sleep'>): Store {
  const waitMs = (error: unknown, failures: number) =>
    isTransient(error) ? (RETRY_WAITS_MS[failures - 1] ?? null) : null;

  async function retryTransient(first: Promise<unknown>, call: () => unknown): Promise<unknown> {
    const started = [first];
    try {
      return await retry(async () => started.pop() ?? call(), { clock, waitMs });
    } catch (error) {
      throw isUnavailable(error) ? storageUnavailable(error) : error;
    }
  }

  return new Proxy(store, {
    get(target, name, receiver) {
      const value: unknown = Reflect.get(target, name, receiver);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        const call = (): unknown => value.apply(target, args);
        const first = call();
        return first instanceof Promise ? retryTransient(first, call) : first;
      };
    },
  });
}

function isUnavailable(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return isPostgresUnavailable(error) || (typeof code === 'string' && SQLITE_UNAVAILABLE.test(code));
}
