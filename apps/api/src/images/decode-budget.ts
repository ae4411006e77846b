import { ImageError } from '@darkroom/contracts';
import { type Clock, callAfter } from '../clock.ts';
import { BUSY_RETRY_AFTER_MS } from '../retry/retry-after.ts';

export interface DecodeBudgetSettings {
  /** Bytes of memory that all decoding at once may take, as estimated. */
  totalBytes: number;
  /** The share that uploads may take together. The rest is reserved for results, which are paid for. */
  uploadBytes: number;
  /** Images decoded at once: fewer than libuv has threads, so that file operations never wait for image processing. */
  slots: number;
  /** The share of the slots that uploads may take together. */
  uploadSlots: number;
  /** Milliseconds that an upload waits for a slot before it rejects with `unavailable`. */
  uploadWaitMs: number;
  clock: Pick<Clock, 'sleep'>;
}

type Kind = 'result' | 'upload';

interface Waiter {
  bytes: number;
  start(): void;
}

export interface DecodeBudget {
  /**
   * Runs the work once memory and a slot are free. An upload that waits too long rejects with `unavailable`.
   */
  run<T>(kind: Kind, bytes: number, work: () => Promise<T>): Promise<T>;
}

/**
 * A semaphore weighted in bytes. Results go before uploads; each of the two is first in, first out. Smaller work does
 * not overtake waiting work, so the largest admissible image is not starved.
 */
export function createDecodeBudget(settings: DecodeBudgetSettings): DecodeBudget {
  const { totalBytes, uploadBytes, slots, uploadSlots, uploadWaitMs, clock } = settings;
  const inUse = { result: { bytes: 0, slots: 0 }, upload: { bytes: 0, slots: 0 } };
  const waiting: Record<Kind, Set<Waiter>> = { result: new Set(), upload: new Set() };

  function fits(kind: Kind, bytes: number): boolean {
    const { result, upload } = inUse;
    if (result.slots + upload.slots >= slots || result.bytes + upload.bytes + bytes > totalBytes) return false;
    if (kind === 'result') return true;
    return upload.slots < uploadSlots && upload.bytes + bytes <= uploadBytes;
  }

  function admit(): void {
    for (const kind of ['result', 'upload'] as const) {
      for (const next of waiting[kind]) {
        if (!fits(kind, next.bytes)) break;
        waiting[kind].delete(next);
        inUse[kind].bytes += next.bytes;
        inUse[kind].slots++;
        next.start();
      }
      if (waiting.result.size > 0) return;
    }
  }

  function acquire(kind: Kind, bytes: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const entry: Waiter = { bytes, start: resolve };
      waiting[kind].add(entry);
      if (kind === 'upload') {
        const cancelTimer = callAfter(clock, uploadWaitMs, () => {
          waiting.upload.delete(entry);
          reject(new ImageError('unavailable', { retryAfterMs: BUSY_RETRY_AFTER_MS }));
          admit(); // smaller work may fit now
        });
        entry.start = () => {
          cancelTimer();
          resolve();
        };
      }
      admit();
    });
  }

  return {
    async run(kind, estimatedBytes, work) {
      const bytes = Math.min(estimatedBytes, kind === 'upload' ? uploadBytes : totalBytes);
      await acquire(kind, bytes);
      try {
        return await work();
      } finally {
        inUse[kind].bytes -= bytes;
        inUse[kind].slots--;
        admit();
      }
    },
  };
}
