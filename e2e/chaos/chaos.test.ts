import { expect, test } from 'vitest';
import { runChaos } from './run-chaos.ts';

test('loses no job, repeats no paid call and leaves no file behind under kill -9 at random instants', async () => {
  const { counts, violations } = await runChaos({ rounds: 4, seed: 20_261_122 });

  expect(violations).toEqual([]);
  expect(counts).toMatchObject({ requests: 40 });
  expect(counts.completed).toBeGreaterThan(0);
});
