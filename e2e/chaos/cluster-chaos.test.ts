import { expect, test } from 'vitest';
import { runClusterChaos } from './run-cluster-chaos.ts';

/**
 * This plan has every fault, kills a process again while it recovers, and pauses a worker for longer than its lease
 * while PostgreSQL restarts.
 */
const SEED = 3_421;
const FAULTS = ['kill', 'terminate', 'pause', 'stop_postgres', 'cut_connections'];

test('loses no job, repeats no paid call and leaves no file under faults on a cluster of six processes', async () => {
  const { counts, violations } = await runClusterChaos({ rounds: 2, seed: SEED });

  expect(violations).toEqual([]);
  expect(counts).toMatchObject({ requests: 20 });
  expect(FAULTS.filter((fault) => !counts[fault])).toEqual([]);
  expect(counts.completed).toBeGreaterThan(0);
  expect(counts['images sent one by one']).toBeGreaterThan(0);
}, 300_000);
