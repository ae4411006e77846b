import type { Readable } from 'node:stream';

/** Bounds on input that is read and dropped. */
export interface DropBounds {
  /** Most bytes. */
  bytes: number;
  /** Milliseconds without a byte. */
  idleMs: number;
  /** Milliseconds in total. */
  totalMs: number;
}

/**
 * Reads and drops what arrives on a stream. Calls `onBound` once a bound is reached, after which it no longer reads.
 * The returned function ends it before that.
 */
export function dropInput(input: Readable, bounds: DropBounds, onBound: () => void): () => void {
  // biome-ignore lint/plugin: a deadline on a socket, in real time. Each of thousands of chunks only refreshes it.
  const total = setTimeout(reachBound, bounds.totalMs);
  // biome-ignore lint/plugin: as above.
  const idle = setTimeout(reachBound, bounds.idleMs);
  let left = bounds.bytes;

  function read(chunk: Buffer): void {
    left -= chunk.length;
    if (left < 0) reachBound();
    else idle.refresh();
  }
  function stop(): void {
    clearTimeout(total);
    clearTimeout(idle);
    input.off('data', read);
  }
  function reachBound(): void {
    stop();
    onBound();
  }

  input.on('data', read);
  input.resume();
  return stop;
}
