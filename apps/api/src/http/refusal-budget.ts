import type { Clock } from '../clock.ts';

/** A token bucket: how much refused work is read before further requests are refused unread. */
export interface RefusalRate {
  /** Largest number of work units that the bucket holds. */
  capacity: number;
  /** Work units that are refilled each second. */
  perSecond: number;
}

export interface RefusalBudget {
  /** Milliseconds until the key's bucket is refilled to 0 units, at least 1; 0 while it holds units. */
  waitMs(key: string): number;
  /** Takes the cost of a refusal from the key's bucket. The debt is at most one capacity. */
  charge(key: string, units: number): void;
}

interface Options extends RefusalRate {
  /** Most keys in memory. Beyond it the least recently charged key is dropped, and starts with a full bucket. */
  maxKeys: number;
  clock: Pick<Clock, 'monotonic'>;
}

interface Bucket {
  /** Units at the time `at`; a negative number is a debt. */
  left: number;
  at: number;
}

/** Keeps buckets in the memory of this process, only for the `maxKeys` keys that were charged most recently. */
export function createRefusalBudget({ capacity, perSecond, maxKeys, clock }: Options): RefusalBudget {
  const buckets = new Map<string, Bucket>();

  function leftNow({ left, at }: Bucket): number {
    return Math.min(capacity, left + ((clock.monotonic() - at) / 1_000) * perSecond);
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
      buckets.delete(key); // reinsert, so that the map is ordered by the latest charge
      buckets.set(key, { left: Math.max(-capacity, left), at: clock.monotonic() });
      const [oldest] = buckets.keys();
      if (buckets.size > maxKeys && oldest !== undefined) buckets.delete(oldest);
    },
  };
}
