export interface BackOff {
  /** The wait after the first failure, in milliseconds. */
  firstMs: number;
  maxMs: number;
}

/** Milliseconds to wait after a failure that follows so many others: doubles from `firstMs` to `maxMs`. */
export function backOffMs(earlierFailures: number, { firstMs, maxMs }: BackOff): number {
  return Math.min(firstMs * 2 ** earlierFailures, maxMs);
}
