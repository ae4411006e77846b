import { ImageError } from '@darkroom/contracts';
import { type Clock, callAfter } from '../clock.ts';
import { BUSY_RETRY_AFTER_MS } from '../retry/retry-after.ts';

export interface DecodeBudgetSettings {
  /** Bytes of memory that all decoding at once may take, as estimated. */
  totalBytes: number;
  /** The share that uploads may take together. The rest is reserved for results, which are paid for. */
  uploadBytes: number;
  /** Images decoded at once: fewer than libuv has threads, so that file operations never wait for image processing. */
  places: number;
  /** The share of the places that uploads may take together. */
  uploadPlaces: number;
  /** Milliseconds that an upload waits for a place before it rejects with `unavailable`. */
  uploadWaitMs: number;
  clock: Pick<Clock, 'sleep'>;
}

type Kind = 'result' | 'upload';

interface Waiting {
  bytes: number;
  start(): void;
}

export interface DecodeBudget {
  /**
   * Runs the work once there is memory and a place for it. An upload that waits too long rejects with `unavailable`.
   */
  run<T>(kind: Kind, bytes: number, work: () => Promise<T>): Promise<T>;
}

/**
 * A semaphore weighted in bytes. Results go before uploads; each of the two is first in, first out. Smaller work does
 * not overtake waiting work, so the largest admissible image is not starved.
 */
export function createDecodeBudget(settings: DecodeBudgetSettings): DecodeBudget {
  const { totalBytes, uploadBytes, places, uploadPlaces, uploadWaitMs, clock } = settings;
  const held = { result: { bytes: 0, places: 0 }, upload: { bytes: 0, places: 0 } };
  const waiting: Record<Kind, Set<Waiting>> = { result: new Set(), upload: new Set() };

  function fits(kind: Kind, bytes: number): boolean {
    const { result, upload } = held;
    if (result.places + upload.places >= places || result.bytes + upload.bytes + bytes > totalBytes) return false;
    if (kind === 'result') return true;
    return upload.places < uploadPlaces && upload.bytes + bytes <= uploadBytes;
  }

  function admit(): void {
    for (const kind of ['result', 'upload'] as const) {
      for (const next of waiting[kind]) {
        if (!fits(kind, next.bytes)) break;
        waiting[kind].delete(next);
        held[kind].bytes += next.bytes;
        held[kind].places++;
        next.start();
      }
      if (waiting.result.size > 0) return;
    }
  }

  function enter(kind: Kind, bytes: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const entry: Waiting = { bytes, start: resolve };
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
    async run(kind, wanted, work) {
      const bytes = Math.min(wanted, kind === 'upload' ? uploadBytes : totalBytes);
      await enter(kind, bytes);
      try {
        return await work();
      } finally {
        held[kind].bytes -= bytes;
        held[kind].places--;
        admit();
      }
    },
  };
}
