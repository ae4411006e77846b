import { ImageError } from '@darkroom/contracts';
import { expect, test } from 'vitest';
import { tellUnavailable } from '../../src/store/unavailable.ts';

const failWith = (code?: string) => {
  const cause = Object.assign(new Error('database says no'), code === undefined ? {} : { code });
  return { cause, store: tellUnavailable({ read: () => Promise.reject(cause), subscribe: () => () => 'stopped' }) };
};

test.each(['SQLITE_FULL', 'SQLITE_IOERR_WRITE', 'SQLITE_READONLY', 'SQLITE_BUSY', 'SQLITE_CORRUPT'])(
  '%s is a database that is away: those who ask may come back',
  async (code) => {
    const { cause, store } = failWith(code);
    await expect(store.read()).rejects.toMatchObject({ code: 'unavailable', retryAfterMs: 5_000, cause });
    await expect(store.read()).rejects.toBeInstanceOf(ImageError);
  },
);

test.each(['SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_ERROR', 'ENOENT', undefined])(
  '%s is a fault of ours, as it came',
  async (code) => {
    const { cause, store } = failWith(code);
    await expect(store.read()).rejects.toBe(cause);
  },
);

test('what does not reject is left as it is', () => {
  expect(failWith().store.subscribe()()).toBe('stopped');
});
