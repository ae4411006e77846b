import { expect, test } from 'vitest';
import { createUserMutex } from '../../src/jobs/user-mutex.ts';

test('runs the work of one user in order, also after a failure, without delaying other users', async () => {
  const runExclusive = createUserMutex();
  const log: string[] = [];
  const { promise: held, reject: fail } = Promise.withResolvers<void>();
  const failing = runExclusive('1', () => held);
  const next = runExclusive('1', async () => log.push('after the failure'));
  await runExclusive('2', async () => log.push('of another'));
  fail(new Error('unreadable'));
  await expect(failing).rejects.toThrow('unreadable');
  await next;
  expect(log).toEqual(['of another', 'after the failure']);
});
