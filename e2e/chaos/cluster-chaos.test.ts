import { expect, test } from 'vitest';
import { runClusterChaos } from './run-cluster-chaos.ts';

/** This plan pauses a worker for longer than its lease while PostgreSQL restarts. */
const SEED = 2;

test('random faults on two API and four worker processes lose no job, repeat no paid call and leave no file behind', async () => {
  const { counts, violations } = await runClusterChaos({ rounds: 3, seed: SEED });

  expect(violations).toEqual([]);
  expect(counts).toMatchObject({ orders: 30 });
  expect(counts.completed).toBeGreaterThan(0);
}, 300_000);
