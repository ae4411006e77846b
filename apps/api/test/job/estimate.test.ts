import { describe, expect, test } from 'vitest';
import { createEstimates, expectedCallMs } from '../../src/job/estimate.ts';
import { createFakeClock } from '../fake-clock.ts';

const order = { model: 'image-01', n: 1 } as const;

interface Past {
  /** Durations of answered calls, by kind. */
  callMs?: Record<string, number[]>;
  open?: number;
  /** The start times of the last minute's calls, in seconds before now. */
  begunAgoS?: number[];
  /** The remaining back-off, in seconds. */
  quietS?: number;
  repeats?: number;
}

function estimatesAfter(
  { callMs = {}, open = 0, begunAgoS = [], quietS = 0, repeats = 0 }: Past,
  { concurrency = 2, rpm = 0 } = {},
) {
  const clock = createFakeClock();
  const store = {
    recentCallMs: async (kind: string | null) => (kind === null ? Object.values(callMs).flat() : (callMs[kind] ?? [])),
    recentCalls: async () => ({
      open,
      begunAgoMs: begunAgoS.map((s) => s * 1_000).sort((a, b) => b - a),
      backOffMs: quietS * 1_000,
      repeats,
    }),
  };
  return {
    clock,
    callMs,
    estimates: createEstimates({ store, countSlots: async () => concurrency, rpm, monotonic: clock.now }),
  };
}

describe('a call lasts about as long', () => {
  test('as the middle one of its kind', async () => {
    const { estimates } = estimatesAfter({ callMs: { 'image-01 x1': [9_000, 1_000, 2_000], 'image-01 x9': [50_000] } });
    expect(await estimates.typicalCallMs(order)).toBe(2_000);
  });

  test('as any, while there is none of its kind', async () => {
    const { estimates } = estimatesAfter({ callMs: { 'image-01 x9': [50_000] } });
    expect(await estimates.typicalCallMs(order)).toBe(50_000);
  });

  test('as nobody knows, while there is none at all', async () => {
    expect(await estimatesAfter({}).estimates.typicalCallMs(order)).toBeNull();
    expect(expectedCallMs([])).toBe(24_000);
  });

  test('as the first one did, from its end on', async () => {
    const { estimates, callMs } = estimatesAfter({});
    await estimates.typicalCallMs(order);
    callMs['image-01 x1'] = [6_000];
    expect(await estimates.typicalCallMs(order)).toBe(6_000);
  });

  test('as it was seen to, a few seconds ago', async () => {
    const { estimates, callMs, clock } = estimatesAfter({ callMs: { 'image-01 x1': [1_000] } });
    await estimates.typicalCallMs(order);
    callMs['image-01 x1'] = [3_000];
    expect(await estimates.typicalCallMs(order)).toBe(1_000);
    clock.advance(5_000);
    expect(await estimates.typicalCallMs(order)).toBe(3_000);
  });
});

describe('a job waits', () => {
  const known = { callMs: { 'image-01 x1': [10_000] } };

  test.each([
    ['not at all with a free place', known, {}, 0, 0],
    ['not at all in the last free place', { ...known, open: 1 }, {}, 0, 0],
    ['for a place, of those that are taken', { ...known, open: 2 }, {}, 0, 5_000],
    ['for as many as are before it', { ...known, open: 2 }, {}, 3, 20_000],
    ['for nobody knows how long, while no call was seen', { open: 2 }, {}, 0, null],
    [
      'for the pace: until the oldest call leaves the minute',
      { begunAgoS: [50, 20] },
      { rpm: 2, concurrency: 9 },
      0,
      10_000,
    ],
    ['for the pace: the next after it', { begunAgoS: [50, 20] }, { rpm: 2, concurrency: 9 }, 1, 40_000],
    ['for the pace: a whole minute later', { begunAgoS: [50, 20] }, { rpm: 2, concurrency: 9 }, 2, 70_000],
    ['not for the pace while there is room', { begunAgoS: [50] }, { rpm: 2, concurrency: 9 }, 0, 0],
    ['while the provider wants quiet, also with a free place', { quietS: 30 }, {}, 0, 30_000],
    ['for a place after the quiet', { ...known, open: 2, quietS: 30 }, {}, 2, 35_000],
    ['for the pace after the quiet', { begunAgoS: [50], quietS: 30 }, { rpm: 2, concurrency: 9 }, 1, 30_000],
    ['for the pace of calls that the quiet puts off', { quietS: 30 }, { rpm: 2, concurrency: 9 }, 2, 90_000],
    ['for those who repeat their calls', { ...known, open: 2, repeats: 3 }, {}, 1, 25_000],
    ['for whichever takes longer', { ...known, open: 2, begunAgoS: [59] }, { rpm: 1 }, 0, 5_000],
  ] satisfies [string, Past, { rpm?: number; concurrency?: number }, number, number | null][])(
    '%s',
    async (_, past, settings, ahead, waitMs) => {
      const { estimates } = estimatesAfter(past, settings);
      expect((await estimates.waiting(order))(ahead)).toBe(waitMs);
    },
  );

  test('to repeat its call for a place and the pace alone, whoever else waits', async () => {
    const past = { ...known, open: 2, repeats: 4 };
    expect(await estimatesAfter(past).estimates.repeating(order)).toBe(5_000);
    const paced = { ...past, begunAgoS: [50, 20] };
    expect(await estimatesAfter(paced, { rpm: 2, concurrency: 9 }).estimates.repeating(order)).toBe(10_000);
  });

  test('for nobody knows how long, while no worker is there', async () => {
    const { estimates } = estimatesAfter(known, { concurrency: 0 });
    expect((await estimates.waiting(order))(0)).toBeNull();
    expect(await estimates.repeating(order)).toBeNull();
  });

  test('never less for being further back', async () => {
    const { estimates } = estimatesAfter({ ...known, open: 1, begunAgoS: [55, 30, 1] }, { rpm: 3 });
    const wait = await estimates.waiting(order);
    const waits = Array.from({ length: 30 }, (_, ahead) => wait(ahead) ?? 0);
    expect(waits).toEqual(waits.toSorted((a, b) => a - b));
  });
});
