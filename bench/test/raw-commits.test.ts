import { expect, test } from 'vitest';
import { rowsSince } from '../measure/raw-commits.ts';

test('the rows of a create are those that are new or have changed', () => {
  const before = new Map([
    ['jobs', [{ job_id: 'a' }]],
    ['counters', [{ name: 'waiting', value: 1 }]],
    ['workers', [{ worker_id: 'w' }]],
  ]);
  const after = new Map([
    ['jobs', [{ job_id: 'a' }, { job_id: 'b' }]],
    ['counters', [{ name: 'waiting', value: 2 }]],
    ['workers', [{ worker_id: 'w' }]],
  ]);
  expect([...rowsSince(before, after)]).toEqual([
    ['jobs', [{ job_id: 'b' }]],
    ['counters', [{ name: 'waiting', value: 2 }]],
  ]);
});
