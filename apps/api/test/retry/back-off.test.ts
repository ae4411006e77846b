import { expect, test } from 'vitest';
import { backOffMs } from '../../src/retry/back-off.ts';

test('doubles the wait from the first to the longest one', () => {
  const waits = [1, 2, 3, 4, 5, 6].map((failures) => backOffMs(failures, { firstMs: 500, maxMs: 10_000 }));
  expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 10_000]);
});

test('keeps the longest wait after any number of failures', () => {
  expect(backOffMs(5_000, { firstMs: 500, maxMs: 60_000 })).toBe(60_000);
});
