import { expect, test } from 'vitest';
import { createRefusalBudget } from '../../src/http/refusal-budget.ts';
import { createManualClock } from '../manual-clock.ts';

function openBudget(maxKeys = 100) {
  const clock = createManualClock();
  const budget = createRefusalBudget({ capacity: 100, perSecond: 10, maxKeys, clock });
  return { ...budget, pass: clock.advance };
}

test('admits a key until its capacity is used up, then returns the time to wait', () => {
  const { waitMs, charge, pass } = openBudget();
  expect(waitMs('a')).toBe(0);
  charge('a', 99);
  expect(waitMs('a')).toBe(0);
  charge('a', 21);
  expect(waitMs('a')).toBe(2_000);
  pass(1_500);
  expect(waitMs('a')).toBe(500);
  pass(501);
  expect(waitMs('a')).toBe(0);
});

test('counts each key separately', () => {
  const { waitMs, charge } = openBudget();
  charge('a', 200);
  expect(waitMs('b')).toBe(0);
});

test('refills up to the capacity and no further', () => {
  const { waitMs, charge, pass } = openBudget();
  charge('a', 1);
  pass(1_000_000);
  charge('a', 110);
  expect(waitMs('a')).toBe(1_000);
});

test('bounds a debt at the capacity', () => {
  const { waitMs, charge } = openBudget();
  for (let i = 0; i < 100; i++) charge('a', 1_000);
  expect(waitMs('a')).toBe(10_000);
});

test('evicts the least recently charged key', () => {
  const { waitMs, charge } = openBudget(2);
  charge('a', 200);
  charge('b', 200);
  charge('a', 1);
  charge('c', 200);
  expect([waitMs('a') > 0, waitMs('b') > 0, waitMs('c') > 0]).toEqual([true, false, true]);
});
