import { describe, expect, test } from 'vitest';
import { assumedCallMs } from '../../src/job/assumed-call-ms.ts';
import type { AnsweredCall } from '../../src/job/attempt.ts';
import { createEstimates, expectedCallMs } from '../../src/job/estimate.ts';
import { callKind, type Family, familyOf, parseCallKind } from '../../src/job/model-family.ts';
import { createManualClock } from '../manual-clock.ts';

const request = { model: 'image-01', n: 1 } as const;

interface Past {
  /** Durations of answered calls, by kind. */
  callMs?: Record<string, number[]>;
  open?: number;
  /** The start times of the last minute's calls, in seconds before now. */
  startedAgoS?: number[];
  /** The remaining back-off, in seconds. */
  backOffS?: number;
  retries?: number;
}

function estimatesAfter(
  { callMs = {}, open = 0, startedAgoS = [], backOffS = 0, retries = 0 }: Past,
  { concurrency = 2, rpm = 0 } = {},
) {
  const clock = createManualClock();
  const reads = { calls: 0, slots: 0, durations: 0 };
  let fails = false;
  const store = {
    recentCallMs: async (kind: string) => {
      reads.durations++;
      return callMs[kind] ?? [];
    },
    answeredCalls: async (family: Family): Promise<AnsweredCall[]> =>
      Object.entries(callMs).flatMap(([kind, durations]) => {
        const model = parseCallKind(kind)?.model;
        return model && familyOf(model) !== family ? [] : durations.map((ms) => ({ kind, ms }));
      }),
    recentCalls: async () => {
      reads.calls++;
      if (fails) {
        fails = false;
        throw new Error('no connection');
      }
      return {
        open,
        startedAgoMs: startedAgoS.map((s) => s * 1_000).sort((a, b) => b - a),
        backOffMs: backOffS * 1_000,
        retries,
      };
    },
  };
  return {
    clock,
    callMs,
    reads,
    failNext: () => {
      fails = true;
    },
    estimates: createEstimates({
      store,
      countSlots: async () => {
        reads.slots++;
        return concurrency;
      },
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

  const h3 = { model: 'MiniMax-H3-Image', n: 1 } as const;
  const fast = { model: 'MiniMax-H3-Image-Highspeed', n: 1 } as const;

  test.each([
    ['24 seconds for image-01', request, 24_000],
    ['24 seconds for nine images of image-01', { ...request, n: 9 }, 24_000],
    ['10 seconds for a 4K image of H3', { ...h3, area: '4K' }, 10_000],
    ['10 seconds for a size of as many pixels', { ...h3, size: '4096x4096' }, 10_000],
    ['less for fewer pixels', { ...h3, area: '1K' }, 5_000],
    ['that of 2K, the default area', h3, 7_000],
    ['more for further images, which are streamed', { ...h3, area: '4K', n: 3 }, 20_000],
    ['less for Highspeed', { ...fast, area: '4K' }, 6_000],
  ] as const)('is assumed by model and size while no call was measured: %s', async (_, like, ms) => {
    expect(await estimatesAfter({}).estimates.typicalCallMs(like)).toBe(ms);
    expect(expectedCallMs(like, [])).toBe(ms);
    expect(expectedCallMs(like, [3_000, 1_000, 2_000])).toBe(2_000);
  });

  test('follows from calls of other sizes and models of the family by what is assumed of each', async () => {
    const callMs = { 'MiniMax-H3-Image 4K x1': [5_000, 5_000], 'image-01 x1': [90_000] };
    const { estimates } = estimatesAfter({ callMs });
    expect(await estimates.typicalCallMs({ ...h3, area: '1K' })).toBe(2_500);
    expect(await estimates.typicalCallMs({ ...fast, area: '4K', n: 3 })).toBe(6_000);
    expect(await estimates.typicalCallMs({ ...h3, area: '4K' })).toBe(5_000);
  });

  test('does not follow from a kind of a model that this version does not know', async () => {
    const { estimates } = estimatesAfter({ callMs: { 'MiniMax-H4-Image 8K x1': [1_000] } });
    expect(await estimates.typicalCallMs(h3)).toBe(7_000);
  });

  test('is read back from the name of every kind', () => {
    for (const like of [request, h3, { ...fast, area: '4K', n: 10 }] as const) {
      const parsed = parseCallKind(callKind(like));
      expect(parsed && assumedCallMs(parsed)).toBe(assumedCallMs(like));
      expect(parsed && callKind(parsed)).toBe(callKind(like));
    }
  });

  test('is that of the first call as soon as it ended', async () => {
    const { estimates, callMs } = estimatesAfter({});
    await estimates.typicalCallMs(request);
    callMs['image-01 x1'] = [6_000];
    expect(await estimates.typicalCallMs(request)).toBe(6_000);
  });

  test('is read once for all who ask at the same time', async () => {
    const { estimates, reads } = estimatesAfter({});
    await Promise.all([estimates.typicalCallMs(request), estimates.typicalCallMs(request), estimates.waiting(request)]);
    expect(reads.durations).toBe(1);
    await estimates.typicalCallMs(request);
    expect(reads.durations).toBe(2);
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
    ['half of the assumed 24 seconds while no call has ended', { open: 2 }, {}, 0, 12_000],
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
    ['at least the back-off, also with free slots', { backOffS: 30 }, {}, 0, 30_000],
    ['the back-off and the time until a slot is free', { ...known, open: 2, backOffS: 30 }, {}, 2, 35_000],
    [
      'the back-off when it outlasts the rate limit',
      { startedAgoS: [50], backOffS: 30 },
      { rpm: 2, concurrency: 9 },
      1,
      30_000,
    ],
    ['the back-off and the rate limit of the delayed calls', { backOffS: 30 }, { rpm: 2, concurrency: 9 }, 2, 90_000],
    ['longer by the jobs that retry their calls', { ...known, open: 2, retries: 3 }, {}, 1, 25_000],
    ['the longer one of slots and rate limit', { ...known, open: 2, startedAgoS: [59] }, { rpm: 1 }, 0, 5_000],
  ] satisfies [string, Past, { rpm?: number; concurrency?: number }, number, number | null][])(
    'is %s',
    async (_, past, settings, ahead, waitMs) => {
      const { estimates } = estimatesAfter(past, settings);
      expect((await estimates.waiting(request))(ahead)).toBe(waitMs);
    },
  );

  test('is unknown for admission while it would rest on an assumption, and is the same otherwise', async () => {
    const admission = async (past: Past, ahead: number) =>
      (await estimatesAfter(past).estimates.measuredWaiting(request))(ahead);
    expect(await admission({ open: 2 }, 0)).toBeNull();
    expect(await admission({ open: 2 }, 900)).toBeNull();
    expect(await admission({ open: 0 }, 0)).toBe(0);
    expect(await admission({ ...known, open: 2, retries: 3 }, 1)).toBe(25_000);
    const limited = estimatesAfter({ startedAgoS: [50, 20] }, { rpm: 2, concurrency: 9 });
    expect((await limited.estimates.measuredWaiting(request))(1)).toBe(40_000);
  });

  test('depends for a retry on free slots and the rate limit only, not on other waiting jobs', async () => {
    const past = { ...known, open: 2, retries: 4 };
    expect(await estimatesAfter(past).estimates.retrying(request)).toBe(5_000);
    const limited = { ...past, startedAgoS: [50, 20] };
    expect(await estimatesAfter(limited, { rpm: 2, concurrency: 9 }).estimates.retrying(request)).toBe(10_000);
  });

  test('is computed from slots and calls that are read once a second, for all who ask', async () => {
    const past: Past = { ...known, open: 2, startedAgoS: [50, 20], backOffS: 1 };
    const { estimates, clock, reads } = estimatesAfter(past, { rpm: 2, concurrency: 2 });
    const wait = async () => (await estimates.waiting(request))(0);
    expect(await Promise.all([wait(), wait(), estimates.retrying(request)])).toEqual([10_000, 10_000, 10_000]);
    expect(reads).toMatchObject({ calls: 1, slots: 1 });
    clock.advance(999);
    expect(await wait()).toBe(9_001);
    expect(reads).toMatchObject({ calls: 1, slots: 1 });
    clock.advance(1);
    await wait();
    expect(reads).toMatchObject({ calls: 2, slots: 2 });
  });

  test('lets a call leave the minute, and a back-off end, also between two reads', async () => {
    const leaving = estimatesAfter({ ...known, startedAgoS: [59.5] }, { rpm: 1 });
    expect((await leaving.estimates.waiting(request))(0)).toBe(500);
    leaving.clock.advance(600);
    expect((await leaving.estimates.waiting(request))(0)).toBe(0);
    const backOff = estimatesAfter({ ...known, backOffS: 0.5 });
    expect((await backOff.estimates.waiting(request))(0)).toBe(500);
    backOff.clock.advance(600);
    expect((await backOff.estimates.waiting(request))(0)).toBe(0);
  });

  test('is read anew for each admission, which a back-off that has just begun must refuse', async () => {
    const { estimates, reads } = estimatesAfter(known);
    await estimates.waiting(request);
    await estimates.measuredWaiting(request);
    await estimates.measuredWaiting(request);
    expect(reads).toMatchObject({ calls: 3, slots: 3 });
  });

  test('is read again at once after a read that failed', async () => {
    const { estimates, failNext } = estimatesAfter(known);
    failNext();
    await expect(estimates.waiting(request)).rejects.toThrow('no connection');
    expect((await estimates.waiting(request))(0)).toBe(0);
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
