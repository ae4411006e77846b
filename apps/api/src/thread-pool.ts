import { availableParallelism } from 'node:os';

/**
 * Threads of libuv's pool that are kept free of image decoding, for files, DNS and image headers. At least two are kept
 * free when the operator chose the size of the pool.
 */
const RESERVED_THREADS = 4;
const RESERVED_THREADS_MIN = 2;

/** libuv's default and maximum pool size. https://docs.libuv.org/en/v1.x/threadpool.html */
const THREADS_DEFAULT = 4;
const THREADS_MAX = 1_024;

/**
 * Sizes libuv's thread pool for image decoding, unless the operator has set its size. The pool reads the variable when
 * it is first used, so this must run before any other module is loaded.
 */
export function sizeThreadPool(): void {
  // biome-ignore lint/style/noProcessEnv: libuv takes this setting from nowhere else.
  process.env.UV_THREADPOOL_SIZE ||= String(Math.min(THREADS_MAX, availableParallelism() + RESERVED_THREADS));
}

/**
 * Images that may be decoded at once: one per core, at most the pool's threads less the two kept free, at least one.
 */
export function decodeSlots(): number {
  // biome-ignore lint/style/noProcessEnv: the size that the pool has.
  const threads = Number(process.env.UV_THREADPOOL_SIZE) || THREADS_DEFAULT;
  return Math.max(1, Math.min(availableParallelism(), threads - RESERVED_THREADS_MIN));
}
