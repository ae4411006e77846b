import { availableParallelism } from 'node:os';
import { afterEach, expect, test, vi } from 'vitest';
import { decodeSlots, sizeThreadPool } from '../src/thread-pool.ts';

const cores = availableParallelism();

afterEach(() => void vi.unstubAllEnvs());

const poolSize = () => Number(process.env.UV_THREADPOOL_SIZE);

test('reserves libuv threads beside the one per core that decodes images', () => {
  vi.stubEnv('UV_THREADPOOL_SIZE', '');
  sizeThreadPool();
  expect(poolSize()).toBe(cores + 4);
  expect(decodeSlots()).toBe(cores);
});

test.each(['1', '2', '3', '4', '64'])('leaves two of the %s threads set by the operator to file access', (size) => {
  vi.stubEnv('UV_THREADPOOL_SIZE', size);
  sizeThreadPool();
  expect(poolSize()).toBe(Number(size));
  expect(decodeSlots()).toBe(Math.max(1, Math.min(cores, Number(size) - 2)));
});

test("decodes within libuv's default pool size in a process that did not size its pool", () => {
  vi.stubEnv('UV_THREADPOOL_SIZE', '');
  expect(decodeSlots()).toBe(Math.min(cores, 2));
});
