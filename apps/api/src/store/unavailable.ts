import { ImageError } from '@darkroom/contracts';

const RETRY_MS = 5_000;

/** SQLite's codes for a database or disk that cannot be used now, whoever asked. */
const AWAY = /^SQLITE_(FULL|IOERR|READONLY|CANTOPEN|CORRUPT|NOTADB|BUSY|LOCKED|NOMEM|PERM)/;

/** The same store, whose faults of the database are `unavailable` to those who ask. */
export function tellUnavailable<Store extends object>(store: Store): Store {
  return new Proxy(store, {
    get(target, name, receiver) {
      const value: unknown = Reflect.get(target, name, receiver);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        const result: unknown = value.apply(target, args);
        return result instanceof Promise ? result.catch(rethrow) : result;
      };
    },
  });
}

function rethrow(cause: unknown): never {
  const isAway = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' && AWAY.test(cause.code);
  throw isAway ? new ImageError('unavailable', { cause, retryAfterMs: RETRY_MS }) : cause;
}
