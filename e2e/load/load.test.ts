import { expect, test } from 'vitest';
import { runFairness } from './run-fairness.ts';
import { runLoad } from './run-load.ts';

test('many clients at a queue that is too short for them are all served, and no order is called twice', async () => {
  const { counts, breaches } = await runLoad({ clients: 60, jobs: 200, seed: 20_261_123 });

  expect(breaches).toEqual([]);
  expect(counts).toMatchObject({ jobs: 200, completed: 200, 'provider calls': 200 });
  expect(counts['refused as queue_full']).toBeGreaterThan(0);
});

test('users with one job each do not wait for the one who fills the queue', async () => {
  const { waits, breaches } = await runFairness({ greedyJobs: 300, users: 20 });

  expect(breaches).toEqual([]);
  expect(waits.calls.longest).toBeLessThan(50);
});
