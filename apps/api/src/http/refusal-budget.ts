/** A token bucket: how much refused work is let through before more of it is turned away unread. */
export interface RefusalRate {
  /** Work units at once. */
  capacity: number;
  /** Work units that come back each second. */
  perSecond: number;
}

export interface RefusalBudget {
  /** Milliseconds until this key may be refused again in full; 0 while it may now. */
  waitMs(key: string): number;
  /** Takes what a refusal has cost, down to a debt of one capacity. */
  charge(key: string, units: number): void;
}

interface Options extends RefusalRate {
  /** Keys at once; beyond them the one that was charged longest ago is forgotten, and starts anew. */
  maxKeys: number;
  /** Milliseconds that pass evenly. */
  monotonic(): number;
}

interface Bucket {
  /** Units that were left at `at`; below 0 is a debt. */
  left: number;
  at: number;
}

/** Kept in memory, per process: only keys that were refused lately are known, and their number is bounded. */
export function createRefusalBudget({ capacity, perSecond, maxKeys, monotonic }: Options): RefusalBudget {
  const buckets = new Map<string, Bucket>();

  function leftNow({ left, at }: Bucket): number {
    return Math.min(capacity, left + ((monotonic() - at) / 1_000) * perSecond);
  }

  return {
    waitMs(key) {
      const bucket = buckets.get(key);
      const left = bucket ? leftNow(bucket) : capacity;
      return left > 0 ? 0 : Math.max(1, Math.ceil((-left / perSecond) * 1_000));
    },
    charge(key, units) {
      const bucket = buckets.get(key);
      const left = (bucket ? leftNow(bucket) : capacity) - units;
      buckets.delete(key); // the order of the map is that of the latest charges
      buckets.set(key, { left: Math.max(-capacity, left), at: monotonic() });
      const [oldest] = buckets.keys();
      if (buckets.size > maxKeys && oldest !== undefined) buckets.delete(oldest);
    },
  };
}
