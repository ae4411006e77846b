import { expect, test } from 'vitest';
import { createKnownViewers } from '../../src/http/known-viewers.ts';

const viewer = { user_id: '1', star_id: null };

test('knows the viewer of a header until its token expires', () => {
  let now = 1_000;
  const known = createKnownViewers({ now: () => now });
  known.add('Bearer a', viewer, 2_000);

  now = 1_999;
  expect(known.get('Bearer a')).toEqual(viewer);
  expect(known.get('bearer a')).toBeUndefined();
  now = 2_000;
  expect(known.get('Bearer a')).toBeUndefined();
  now = 1_000;
  expect(known.get('Bearer a')).toBeUndefined();
});

test('forgets the oldest of 10,000 viewers when another is added', () => {
  const known = createKnownViewers({ now: () => 0 });
  for (let number = 0; number <= 10_000; number++) known.add(`Bearer ${number}`, viewer, 1);
  expect(known.get('Bearer 0')).toBeUndefined();
  expect(known.get('Bearer 1')).toEqual(viewer);
  expect(known.get('Bearer 10000')).toEqual(viewer);
});
