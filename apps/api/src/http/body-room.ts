import { ImageError } from '@darkroom/contracts';

/** How much of what clients send is in memory at once. */
export interface BodyBounds {
  /** Bytes of all users together. */
  totalBytes: number;
  /** Bytes of one user, who leaves room for others; at least as much as the largest body that is taken. */
  userBytes: number;
  /** Milliseconds that a request waits for room. */
  waitMs: number;
}

interface Guest {
  userId: string;
  bytes: number;
}

export interface BodyRoom {
  /** Resolves once there is room, to what gives it back. Rejects with `unavailable` when that takes too long. */
  enter(guest: Guest): Promise<() => void>;
}

const RETRY_AFTER_MS = 5_000;

/** Room for large bodies. Whoever comes first is first, save that nobody waits behind a user who has their share. */
export function createBodyRoom({ totalBytes, userBytes, waitMs }: BodyBounds): BodyRoom {
  let held = 0;
  const heldBy = new Map<string, number>();
  const waiting = new Map<Guest, () => void>();

  function admit(): void {
    for (const [guest, enter] of waiting) {
      if (held + guest.bytes > totalBytes) return;
      if ((heldBy.get(guest.userId) ?? 0) + guest.bytes > userBytes) continue;
      waiting.delete(guest);
      hold(guest, guest.bytes);
      enter();
    }
  }

  function hold({ userId }: Guest, bytes: number): void {
    held += bytes;
    const left = (heldBy.get(userId) ?? 0) + bytes;
    if (left === 0) heldBy.delete(userId);
    else heldBy.set(userId, left);
  }

  function leaveOnce(guest: Guest): () => void {
    let isIn = true;
    return () => {
      if (!isIn) return;
      isIn = false;
      hold(guest, -guest.bytes);
      admit();
    };
  }

  return {
    enter({ userId, bytes }) {
      const guest = { userId, bytes };
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(guest);
          reject(new ImageError('unavailable', { retryAfterMs: RETRY_AFTER_MS }));
          admit(); // others may fit where this one did not
        }, waitMs);
        waiting.set(guest, () => {
          clearTimeout(timer);
          resolve(leaveOnce(guest));
        });
        admit();
      });
    },
  };
}
