import { expect, test } from 'vitest';
import { runClusterChaos } from './run-cluster-chaos.ts';

/** Of its plan is a worker that stands still for longer than a lease while PostgreSQL is restarted. */
const SEED = 2;

test('two api and four worker processes, struck at random: nothing is lost, paid twice or left behind', async () => {
  const { counts, breaches } = await runClusterChaos({ rounds: 3, seed: SEED });

  expect(breaches).toEqual([]);
  expect(counts).toMatchObject({ orders: 30 });
  expect(counts.completed).toBeGreaterThan(0);
}, 300_000);
