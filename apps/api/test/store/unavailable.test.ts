import { ImageError } from '@darkroom/contracts';
import { describe, expect, test } from 'vitest';
import { wrapStorageErrors } from '../../src/store/shared/wrap-storage-errors.ts';
import { createManualClock } from '../manual-clock.ts';

const clock = createManualClock({ autoAdvance: true });

const failWith = (code?: string) => {
  const cause = Object.assign(new Error('database says no'), code === undefined ? {} : { code });
  return {
    cause,
    store: wrapStorageErrors({ read: () => Promise.reject(cause), subscribe: () => () => 'stopped' }, clock),
  };
};

test.each(['SQLITE_FULL', 'SQLITE_IOERR_WRITE', 'SQLITE_READONLY', 'SQLITE_BUSY', 'SQLITE_CORRUPT'])(
  'reports %s as an unavailable database with a Retry-After',
  async (code) => {
    const { cause, store } = failWith(code);
    await expect(store.read()).rejects.toMatchObject({ code: 'unavailable', retryAfterMs: 5_000, cause });
    await expect(store.read()).rejects.toBeInstanceOf(ImageError);
  },
);

// Codes of https://www.postgresql.org/docs/18/errcodes-appendix.html that do not depend on the statement itself.
test.each(['53100', '53300', '55P03', '57014', '58030', '28P01', 'ENOTFOUND', 'EHOSTUNREACH'])(
  'reports the PostgreSQL error %s as unavailable without a retry',
  async (code) => {
    const { cause, store } = failWith(code);
    await expect(store.read()).rejects.toMatchObject({ code: 'unavailable', cause });
  },
);

test.each([
  'Connection terminated unexpectedly',
  'Connection terminated due to connection timeout',
  'Client has encountered a connection error and is not queryable',
  'timeout exceeded when trying to connect',
  'Query read timeout',
  'driver has already been destroyed',
])('reports the PostgreSQL client error "%s" as unavailable', async (message) => {
  const store = wrapStorageErrors({ read: () => Promise.reject(new Error(message)) }, clock);
  await expect(store.read()).rejects.toMatchObject({ code: 'unavailable' });
});

describe('a transient database error', () => {
  const failing = (code: string, times: number) => {
    let tries = 0;
    return wrapStorageErrors(
      {
        read: async () => (++tries > times ? tries : Promise.reject(Object.assign(new Error('gone'), { code }))),
      },
      clock,
    );
  };

  test.each(['40001', '40P01', '57P01', '57P03', '08006', '25006', 'ECONNRESET', 'ECONNREFUSED'])(
    'is retried twice and no more after the error %s',
    async (code) => {
      expect(await failing(code, 2).read()).toBe(3);
      await expect(failing(code, 3).read()).rejects.toMatchObject({ code: 'unavailable' });
    },
  );

  test('does not hide the error that follows it', async () => {
    const bug = new Error('a bug');
    const faults: Error[] = [Object.assign(new Error('gone'), { code: '57P01' }), bug];
    const store = wrapStorageErrors({ read: () => Promise.reject(faults.shift()) }, clock);
    await expect(store.read()).rejects.toBe(bug);
  });
});

test.each(['SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_ERROR', '23505', '42P01', 'ENOENT', undefined])(
  'rethrows %s as an internal error unchanged',
  async (code) => {
    const { cause, store } = failWith(code);
    await expect(store.read()).rejects.toBe(cause);
  },
);

test('leaves functions that return no promise unchanged', () => {
  expect(failWith().store.subscribe()()).toBe('stopped');
});
