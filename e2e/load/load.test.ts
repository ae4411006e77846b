import { expect, test } from 'vitest';
import { runFairness } from './run-fairness.ts';
import { runLoad } from './run-load.ts';

test('serves every client although the queue is too short for all, with one provider call per job', async () => {
  const { counts, violations } = await runLoad({ clients: 60, jobs: 100, seed: 20_261_123 });

  expect(violations).toEqual([]);
  expect(counts).toMatchObject({ jobs: 100, completed: 100, 'provider calls': 100 });
  expect(counts['refused as queue_full']).toBeGreaterThan(0);
});

test('serves users with one job each ahead of the user who fills the queue', async () => {
  const { waits, violations } = await runFairness({ greedyJobs: 100, users: 20 });

  expect(violations).toEqual([]);
  expect(waits.calls.longest).toBeLessThan(50);
});
