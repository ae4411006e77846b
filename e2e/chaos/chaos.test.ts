import { expect, test } from 'vitest';
import { runChaos } from './run-chaos.ts';

test('under kill -9 at random instants nothing is lost, paid twice or left behind', async () => {
  const { counts, breaches } = await runChaos({ rounds: 4, seed: 20_261_122 });

  expect(breaches).toEqual([]);
  expect(counts).toMatchObject({ orders: 40 });
  expect(counts.completed).toBeGreaterThan(0);
});
