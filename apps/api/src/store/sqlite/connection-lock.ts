/** A lock with one holder at a time, in the order in which it was asked for. */
export interface ConnectionLock {
  acquire(): Promise<void>;
  release(): void;
}

/** kysely's own lock wakes every waiter at each release, so that n waiters cost n² wake-ups. */
export function createConnectionLock(): ConnectionLock {
  const waiting: (() => void)[] = [];
  let isHeld = false;
  return {
    async acquire() {
      if (isHeld) await new Promise<void>((resolve) => waiting.push(resolve)); // the holder hands it over
      isHeld = true;
    },
    release() {
      const next = waiting.shift();
      if (next) next();
      else isHeld = false;
    },
  };
}
