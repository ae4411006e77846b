import { describe, expect, test } from 'vitest';
import type { CallsLike } from '../../src/job/attempt.ts';
import { createEstimates, expectedCallMs } from '../../src/job/estimate.ts';
import { createManualClock } from '../manual-clock.ts';

const request = { model: 'image-01', n: 1 } as const;

interface Past {
  /** Durations of answered calls, by kind. */
  callMs?: Record<string, number[]>;
  open?: number;
  /** The start times of the last minute's calls, in seconds before now. */
  startedAgoS?: number[];
  /** The remaining back-off, in seconds. */
  quietS?: number;
  retries?: number;
}

function estimatesAfter(
  { callMs = {}, open = 0, startedAgoS = [], quietS = 0, retries = 0 }: Past,
  { concurrency = 2, rpm = 0 } = {},
) {
  const clock = createManualClock();
  const store = {
    recentCallMs: async (calls: CallsLike) =>
      'kind' in calls ? (callMs[calls.kind] ?? []) : Object.values(callMs).flat(),
    recentCalls: async () => ({
      open,
      startedAgoMs: startedAgoS.map((s) => s * 1_000).sort((a, b) => b - a),
      backOffMs: quietS * 1_000,
      retries,
    }),
  };
  return {
    clock,
    callMs,
    estimates: createEstimates({
      store,
      countSlots: async () => concurrency,
      rpm: { 'image-01': rpm, h3: 0 },
      clock,
    }),
  };
}

describe('the typical duration of a call', () => {
  test('is the median of calls of the same kind', async () => {
    const { estimates } = estimatesAfter({ callMs: { 'image-01 x1': [9_000, 1_000, 2_000], 'image-01 x9': [50_000] } });
    expect(await estimates.typicalCallMs(request)).toBe(2_000);
  });

  test('is that of any call while there is none of the same kind', async () => {
    const { estimates } = estimatesAfter({ callMs: { 'image-01 x9': [50_000] } });
    expect(await estimates.typicalCallMs(request)).toBe(50_000);
  });

  test('is null without calls, and 24 seconds are assumed', async () => {
    expect(await estimatesAfter({}).estimates.typicalCallMs(request)).toBeNull();
    expect(expectedCallMs([])).toBe(24_000);
  });

  test('is that of the first call as soon as it ended', async () => {
    const { estimates, callMs } = estimatesAfter({});
    await estimates.typicalCallMs(request);
    callMs['image-01 x1'] = [6_000];
    expect(await estimates.typicalCallMs(request)).toBe(6_000);
  });

  test('is cached for a few seconds', async () => {
    const { estimates, callMs, clock } = estimatesAfter({ callMs: { 'image-01 x1': [1_000] } });
    await estimates.typicalCallMs(request);
    callMs['image-01 x1'] = [3_000];
    expect(await estimates.typicalCallMs(request)).toBe(1_000);
    clock.advance(5_000);
    expect(await estimates.typicalCallMs(request)).toBe(3_000);
  });
});

describe('the estimated wait of a job', () => {
  const known = { callMs: { 'image-01 x1': [10_000] } };

  test.each([
    ['zero with free slots', known, {}, 0, 0],
    ['zero with one free slot', { ...known, open: 1 }, {}, 0, 0],
    ['the time until one of the taken slots is free', { ...known, open: 2 }, {}, 0, 5_000],
    ['longer by the jobs ahead of it', { ...known, open: 2 }, {}, 3, 20_000],
    ['unknown while no call has ended', { open: 2 }, {}, 0, null],
    [
      'set by the rate limit: until the oldest call leaves the minute',
      { startedAgoS: [50, 20] },
      { rpm: 2, concurrency: 9 },
      0,
      10_000,
    ],
    [
      'set by the rate limit: until the second call leaves the minute',
      { startedAgoS: [50, 20] },
      { rpm: 2, concurrency: 9 },
      1,
      40_000,
    ],
    ['set by the rate limit: a whole minute later', { startedAgoS: [50, 20] }, { rpm: 2, concurrency: 9 }, 2, 70_000],
    ['zero while the rate limit is not reached', { startedAgoS: [50] }, { rpm: 2, concurrency: 9 }, 0, 0],
    ['at least the back-off, also with free slots', { quietS: 30 }, {}, 0, 30_000],
    ['the back-off and the time until a slot is free', { ...known, open: 2, quietS: 30 }, {}, 2, 35_000],
    [
      'the back-off when it outlasts the rate limit',
      { startedAgoS: [50], quietS: 30 },
      { rpm: 2, concurrency: 9 },
      1,
      30_000,
    ],
    ['the back-off and the rate limit of the delayed calls', { quietS: 30 }, { rpm: 2, concurrency: 9 }, 2, 90_000],
    ['longer by the jobs that retry their calls', { ...known, open: 2, retries: 3 }, {}, 1, 25_000],
    ['the longer one of slots and rate limit', { ...known, open: 2, startedAgoS: [59] }, { rpm: 1 }, 0, 5_000],
  ] satisfies [string, Past, { rpm?: number; concurrency?: number }, number, number | null][])(
    'is %s',
    async (_, past, settings, ahead, waitMs) => {
      const { estimates } = estimatesAfter(past, settings);
      expect((await estimates.waiting(request))(ahead)).toBe(waitMs);
    },
  );

  test('depends for a retry on free slots and the rate limit only, not on other waiting jobs', async () => {
    const past = { ...known, open: 2, retries: 4 };
    expect(await estimatesAfter(past).estimates.retrying(request)).toBe(5_000);
    const paced = { ...past, startedAgoS: [50, 20] };
    expect(await estimatesAfter(paced, { rpm: 2, concurrency: 9 }).estimates.retrying(request)).toBe(10_000);
  });

  test('is unknown while there is no worker', async () => {
    const { estimates } = estimatesAfter(known, { concurrency: 0 });
    expect((await estimates.waiting(request))(0)).toBeNull();
    expect(await estimates.retrying(request)).toBeNull();
  });

  test('never falls with the position in the queue', async () => {
    const { estimates } = estimatesAfter({ ...known, open: 1, startedAgoS: [55, 30, 1] }, { rpm: 3 });
    const wait = await estimates.waiting(request);
    const waits = Array.from({ length: 30 }, (_, ahead) => wait(ahead) ?? 0);
    expect(waits).toEqual(waits.toSorted((a, b) => a - b));
  });
});
