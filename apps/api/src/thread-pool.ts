import { availableParallelism } from 'node:os';

/** For files, DNS and headers however many pictures are decoded; two of them at least, whatever size the operator chose. */
const THREADS_BESIDE_PICTURES = 4;
const THREADS_BESIDE_PICTURES_MIN = 2;

/** libuv's own bounds. https://docs.libuv.org/en/v1.x/threadpool.html */
const THREADS_DEFAULT = 4;
const THREADS_MAX = 1_024;

/**
 * Makes room for pictures in libuv's pool, unless the operator has said how large it is. The pool reads the variable when it
 * is first used, so this runs before anything else is loaded.
 */
export function sizeThreadPool(): void {
  // biome-ignore lint/style/noProcessEnv: libuv takes this setting from nowhere else.
  process.env.UV_THREADPOOL_SIZE ||= String(Math.min(THREADS_MAX, availableParallelism() + THREADS_BESIDE_PICTURES));
}

/** ImageProcessor decoded at once: one a core, and fewer than there are threads. */
export function decodePlaces(): number {
  // biome-ignore lint/style/noProcessEnv: the size that the pool has.
  const threads = Number(process.env.UV_THREADPOOL_SIZE) || THREADS_DEFAULT;
  return Math.max(1, Math.min(availableParallelism(), threads - THREADS_BESIDE_PICTURES_MIN));
}
