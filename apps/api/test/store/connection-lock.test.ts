import { expect, test } from 'vitest';
import { createConnectionLock } from '../../src/store/sqlite/connection-lock.ts';

test('is held by one at a time, in the order of asking', async () => {
  const lock = createConnectionLock();
  const held: string[] = [];
  const hold = async (name: string) => {
    await lock.acquire();
    held.push(name);
  };
  await hold('first');
  const waiting = [hold('second'), hold('third')];
  await Promise.resolve();
  expect(held).toEqual(['first']);

  lock.release();
  const late = hold('late'); // asks while the lock is handed over
  await waiting[0];
  expect(held).toEqual(['first', 'second']);
  lock.release();
  await waiting[1];
  lock.release();
  await late;
  expect(held).toEqual(['first', 'second', 'third', 'late']);

  lock.release();
  await hold('again');
});
