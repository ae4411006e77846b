import { expect, test } from 'vitest';
import { runChaos } from './run-chaos.ts';

/** This plan kills the process while streams are open, while it starts and while it drains. */
const SEED = 51;

test('loses no job, repeats no paid call and leaves no file behind under kill -9 at random instants', async () => {
  const { counts, violations } = await runChaos({ rounds: 3, seed: SEED });

  expect(violations).toEqual([]);
  expect(counts).toMatchObject({ requests: 30 });
  expect(counts.completed).toBeGreaterThan(0);
  expect(counts['images sent one by one']).toBeGreaterThan(0);
}, 300_000);
