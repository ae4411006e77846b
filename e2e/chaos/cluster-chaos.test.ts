import { expect, test } from 'vitest';
import { runClusterChaos } from './run-cluster-chaos.ts';

/** This plan pauses a worker for longer than its lease while PostgreSQL restarts. */
const SEED = 53;

test('loses no job, repeats no paid call and leaves no file under faults on a cluster of six processes', async () => {
  const { counts, violations } = await runClusterChaos({ rounds: 3, seed: SEED });

  expect(violations).toEqual([]);
  expect(counts).toMatchObject({ requests: 30 });
  expect(counts.completed).toBeGreaterThan(0);
  expect(counts['images sent one by one']).toBeGreaterThan(0);
}, 300_000);
