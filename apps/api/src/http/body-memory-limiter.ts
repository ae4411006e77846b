import { ImageError } from '@darkroom/contracts';
import { BUSY_RETRY_AFTER_MS } from '../retry/retry-after.ts';

/** Limits on the memory of request bodies. */
export interface BodyLimits {
  /** Bytes of all users together. */
  totalBytes: number;
  /** Bytes of one user. Must be at least the largest accepted body. */
  userBytes: number;
  /** Milliseconds that a request waits for a reservation. */
  waitMs: number;
}

interface Reservation {
  userId: string;
  bytes: number;
}

export interface BodyMemoryLimiter {
  /** Resolves to the release function once the bytes fit. Rejects with `unavailable` after `waitMs`. */
  reserve(reservation: Reservation): Promise<() => void>;
}

/**
 * Limits the memory of large request bodies. Reservations are granted in order of arrival, but a user at their own
 * limit does not block other users.
 */
export function createBodyMemoryLimiter({ totalBytes, userBytes, waitMs }: BodyLimits): BodyMemoryLimiter {
  let held = 0;
  const heldBy = new Map<string, number>();
  const waiting = new Map<Reservation, () => void>();

  function admit(): void {
    for (const [reservation, grant] of waiting) {
      if (held + reservation.bytes > totalBytes) return;
      if ((heldBy.get(reservation.userId) ?? 0) + reservation.bytes > userBytes) continue;
      waiting.delete(reservation);
      hold(reservation, reservation.bytes);
      grant();
    }
  }

  function hold({ userId }: Reservation, bytes: number): void {
    held += bytes;
    const left = (heldBy.get(userId) ?? 0) + bytes;
    if (left === 0) heldBy.delete(userId);
    else heldBy.set(userId, left);
  }

  function releaseOnce(reservation: Reservation): () => void {
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      hold(reservation, -reservation.bytes);
      admit();
    };
  }

  return {
    reserve({ userId, bytes }) {
      const reservation = { userId, bytes };
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(reservation);
          reject(new ImageError('unavailable', { retryAfterMs: BUSY_RETRY_AFTER_MS }));
          admit(); // a smaller reservation behind this one may fit now
        }, waitMs);
        waiting.set(reservation, () => {
          clearTimeout(timer);
          resolve(releaseOnce(reservation));
        });
        admit();
      });
    },
  };
}
