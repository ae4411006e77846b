/** The provider's rate limit: calls begun in any rolling 60 seconds. */
export interface RateLimit {
  /** Counts a call. False if it exceeds the limit; it is then not counted. */
  take(): boolean;
  /** Milliseconds until the next call is allowed; 0: now. */
  waitMs(): number;
  clear(): void;
}

/** `limit` 0 means no limit. `now` is in milliseconds since the epoch. */
export function createRateLimit(limit: number, now: () => number): RateLimit {
  let begun: number[] = [];

  return {
    take() {
      if (limit === 0) return true;
      begun = begun.filter((at) => at > now() - 60_000);
      if (begun.length >= limit) return false;
      begun.push(now());
      return true;
    },
    waitMs() {
      const [oldest] = begun.slice(-limit);
      return limit === 0 || begun.length < limit || oldest === undefined ? 0 : Math.max(0, oldest + 60_000 - now());
    },
    clear() {
      begun = [];
    },
  };
}
