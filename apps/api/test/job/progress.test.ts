import fc from 'fast-check';
import { expect, test } from 'vitest';
import { generatingProgress, savingProgress } from '../../src/job/progress.ts';

/** One call: its expected duration, the times of observation (after its start), and the wait before its retry. */
const calls = fc.array(
  fc.record({
    expectedMs: fc.integer({ min: 0, max: 600_000 }),
    looksAfterMs: fc.array(fc.nat({ max: 900_000 }), { minLength: 1, maxLength: 8 }),
    repeatAfterMs: fc.nat({ max: 60_000 }),
  }),
  { minLength: 1, maxLength: 5 },
);

test('never lowers progress, through retries and into saving, and keeps it within 1 and 99', () => {
  fc.assert(
    fc.property(calls, fc.integer({ min: 0, max: 9 }), (life, total) => {
      const seen: number[] = [];
      let now = 0;
      let progressFrom = 1;
      for (const { expectedMs, looksAfterMs, repeatAfterMs } of life) {
        const startedAt = now;
        const status = { status: 'PROCESSING', stage: 'generating' } as const;
        const calling = { ...status, progressFrom, call: { startedAt, expectedMs }, retryAt: null };
        for (const afterMs of looksAfterMs.toSorted((a, b) => a - b)) {
          now = startedAt + afterMs;
          seen.push(generatingProgress(calling, now));
        }
        progressFrom = generatingProgress(calling, now);
        now += repeatAfterMs;
        seen.push(generatingProgress({ ...status, progressFrom, call: null, retryAt: now }, now));
      }
      for (let ended = 0; ended <= total; ended++) seen.push(savingProgress({ ended, total }));
      expect(seen).toEqual(seen.toSorted((a, b) => a - b));
      expect(seen.every((progress) => Number.isInteger(progress) && progress >= 1 && progress <= 99)).toBe(true);
    }),
    { numRuns: 1_000 },
  );
});

test('moves progress by the expected duration: most of it by then, and never all of it', () => {
  const call = { startedAt: 1_000, expectedMs: 24_000 };
  const at = (now: number) =>
    generatingProgress({ status: 'PROCESSING', stage: 'generating', progressFrom: 1, call, retryAt: null }, now);
  expect([at(1_000), at(7_000), at(13_000), at(25_000), at(10_000_000)]).toEqual([1, 41, 63, 81, 89]);
});

const arrivals = fc.array(fc.record({ afterMs: fc.nat({ max: 60_000 }), arrives: fc.boolean() }), {
  minLength: 1,
  maxLength: 20,
});

test('never lowers the progress of a streamed answer, and counts the images that have arrived', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10 }), fc.nat({ max: 600_000 }), arrivals, (images, expectedMs, story) => {
      const seen: number[] = [];
      let now = 0;
      let arrived = 0;
      for (const { afterMs, arrives } of story) {
        now += afterMs;
        if (arrives && arrived < images) arrived++;
        const call = { startedAt: 0, expectedMs };
        const state = { status: 'PROCESSING', stage: 'generating', progressFrom: 1, call, retryAt: null } as const;
        const progress = generatingProgress({ ...state, arrived }, now, images);
        expect(progress).toBeGreaterThanOrEqual(1 + Math.floor((88 * arrived) / images));
        if (arrived < images) expect(progress).toBeLessThan(1 + (88 * (arrived + 1)) / images);
        seen.push(progress);
      }
      expect(seen).toEqual(seen.toSorted((a, b) => a - b));
      expect(Math.max(...seen)).toBeLessThanOrEqual(89);
    }),
  );
});
