import { availableParallelism } from 'node:os';
import { afterEach, expect, test, vi } from 'vitest';
import { decodePlaces, sizeThreadPool } from '../src/thread-pool.ts';

const cores = availableParallelism();

afterEach(() => void vi.unstubAllEnvs());

const poolSize = () => Number(process.env.UV_THREADPOOL_SIZE);

test('libuv gets threads beside those that decode a picture a core', () => {
  vi.stubEnv('UV_THREADPOOL_SIZE', '');
  sizeThreadPool();
  expect(poolSize()).toBe(cores + 4);
  expect(decodePlaces()).toBe(cores);
});

test.each(['1', '2', '3', '4', '64'])(
  'where the operator gives it %s threads, pictures leave two of them to files',
  (size) => {
    vi.stubEnv('UV_THREADPOOL_SIZE', size);
    sizeThreadPool();
    expect(poolSize()).toBe(Number(size));
    expect(decodePlaces()).toBe(Math.max(1, Math.min(cores, Number(size) - 2)));
  },
);

test('a process that did not size its pool decodes within the size that libuv gives it', () => {
  vi.stubEnv('UV_THREADPOOL_SIZE', '');
  expect(decodePlaces()).toBe(Math.min(cores, 2));
});
