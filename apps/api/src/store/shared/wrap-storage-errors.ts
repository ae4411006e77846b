import { setTimeout as sleep } from 'node:timers/promises';
import { storageUnavailable } from '../../retry/retry-after.ts';
import { isPostgresUnavailable, isTransient } from '../postgres/postgres-errors.ts';

/** SQLite's error codes of a database or disk that cannot be used now, by any caller. */
const SQLITE_AWAY = /^SQLITE_(FULL|IOERR|READONLY|CANTOPEN|CORRUPT|NOTADB|BUSY|LOCKED|NOMEM|PERM)/;

/** Milliseconds to wait before each retry of a transient fault. */
const WAITS_MS = [20, 200];

/**
 * Wraps a store so that its database faults reject as `unavailable`, after a second and a third try where the fault may
 * be transient. A retry is safe: no store applies an effect twice.
 */
export function wrapStorageErrors<Store extends object>(store: Store): Store {
  return new Proxy(store, {
    get(target, name, receiver) {
      const value: unknown = Reflect.get(target, name, receiver);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        const ask = (): unknown => value.apply(target, args);
        const result = ask();
        return result instanceof Promise ? result.catch((error: unknown) => askAgain(ask, error)) : result;
      };
    },
  });
}

async function askAgain(ask: () => unknown, first: unknown): Promise<unknown> {
  let error = first;
  for (const waitMs of WAITS_MS) {
    if (!isTransient(error)) break;
    await sleep(waitMs);
    try {
      return await ask();
    } catch (next) {
      error = next;
    }
  }
  throw isUnavailable(error) ? storageUnavailable(error) : error;
}

function isUnavailable(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return isPostgresUnavailable(error) || (typeof code === 'string' && SQLITE_AWAY.test(code));
}
