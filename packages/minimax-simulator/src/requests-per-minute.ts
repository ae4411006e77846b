/** The provider's own limit: calls begun in any rolling 60 seconds. */
export interface RequestsPerMinute {
  /** Counts one more call; false when it is one too many. */
  take(): boolean;
  clear(): void;
}

/** `limit` 0 = none. */
export function createRequestsPerMinute(limit: number, now: () => number): RequestsPerMinute {
  let begun: number[] = [];

  return {
    take() {
      if (limit === 0) return true;
      begun = begun.filter((at) => at > now() - 60_000);
      if (begun.length >= limit) return false;
      begun.push(now());
      return true;
    },
    clear() {
      begun = [];
    },
  };
}
