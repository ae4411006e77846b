export interface BackOff {
  /** The wait after the first failure, in milliseconds. */
  firstMs: number;
  maxMs: number;
}

/** Milliseconds to wait after this many consecutive failures: doubles from `firstMs` to `maxMs`. */
export function backOffMs(failures: number, { firstMs, maxMs }: BackOff): number {
  return Math.min(firstMs * 2 ** (failures - 1), maxMs);
}
