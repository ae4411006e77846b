import { expect, test } from 'vitest';
import { judge } from '../measure/verdict.ts';

test('compares with a reference that was steady', () => {
  expect(judge({ minimum: 10, median: 13 }, true)).toEqual({ kind: 'met' });
  expect(judge({ minimum: 10, median: 13 }, false)).toEqual({ kind: 'short' });
});

test('says nothing about the goal when the median of the reference exceeds 1.3 of its minimum', () => {
  expect(judge({ minimum: 10, median: 13.1 }, true)).toEqual({ kind: 'too noisy' });
  expect(judge({ minimum: 10, median: 13.1 }, false)).toEqual({ kind: 'too noisy' });
});
