import { expect, test } from 'vitest';
import { percentile, summarize } from '../measure/statistics.ts';

test('the median of an even number of samples is the mean of the two in the middle', () => {
  expect(summarize([4, 1, 3, 2])).toEqual({ minimum: 1, median: 2.5, maximum: 4, spread: 1.2 });
  expect(summarize([3, 1, 2]).median).toBe(2);
});

test('the 99th percentile of 200 samples is the 198th', () => {
  const samples = Array.from({ length: 200 }, (_, index) => 200 - index);
  expect(percentile(samples, 99)).toBe(198);
  expect(percentile([7], 99)).toBe(7);
});

test('refuses to summarize nothing', () => {
  expect(() => summarize([])).toThrow('no samples');
});
