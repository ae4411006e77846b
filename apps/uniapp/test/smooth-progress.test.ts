import type { ImageJob } from '@darkroom/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ProgressReport,
  reportOf,
  secondsLeft,
  smoothProgress,
} from '../src/features/progress/smooth-progress.ts';

const reports = fc.record<ProgressReport>({
  version: fc.constant(2),
  progress: fc.integer({ min: 0, max: 100 }),
  etaSeconds: fc.option(fc.integer({ min: 1, max: 600 })),
  runs: fc.boolean(),
  endsAtMs: fc.constant(null),
  receivedAtMs: fc.integer({ min: 0, max: 1_000_000 }),
});
const passedMs = fc.integer({ min: 0, max: 3_600_000 });

/** A job as the service answers with it; only what a report reads. */
interface Told {
  status: string;
  stage?: string;
  version: number;
  progress: number;
  eta_seconds: number | null;
}
const answer = (job: Told) => job as unknown as ImageJob;

const running = { status: 'PROCESSING', stage: 'generating', version: 2, progress: 80 };
const reported = (progress: number, eta_seconds: number | null) =>
  reportOf(answer({ ...running, progress, eta_seconds }), 0, null);

/** The service's own progress along a call (apps/api/src/jobs/progress.ts), before it is rounded down. */
const served = (passedMs: number, expectedMs: number) => 89 - 88 * Math.exp((-2.5 * passedMs) / expectedMs);

describe('the smoothed progress', () => {
  it('never falls', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(reports, passedMs, passedMs)), (steps) => {
        let shown = 0;
        for (const [report, passed, more] of steps) {
          const from = shown;
          const first = smoothProgress(from, report, report.receivedAtMs + passed);
          shown = smoothProgress(from, report, report.receivedAtMs + passed + more);
          expect(first).toBeGreaterThanOrEqual(from);
          expect(shown).toBeGreaterThanOrEqual(first);
          expect(shown).toBeLessThanOrEqual(Math.max(from, report.progress, 81));
        }
      }),
    );
  });

  it('never runs ahead of the progress of the service', () => {
    const call = fc.record({
      expectedS: fc.integer({ min: 3, max: 180 }),
      seen: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(call, passedMs, ({ expectedS, seen }, passed) => {
        const expectedMs = expectedS * 1_000;
        const seenMs = seen * expectedMs;
        const progress = Math.floor(served(seenMs, expectedMs));
        const report = reported(progress, Math.round((expectedMs - seenMs) / 1_000) + 2);
        expect(smoothProgress(0, report, passed)).toBeLessThanOrEqual(served(seenMs + passed, expectedMs));
      }),
    );
  });

  it('follows a call of the usual length without an estimate', () => {
    const share = smoothProgress(1, reported(1, null), 13_000) / 81;
    expect(share).toBeCloseTo(0.5, 1);
  });

  it('moves as soon as a call begins, and catches up with an answer within two seconds', () => {
    const begun = reported(1, 26);
    expect(smoothProgress(0, begun, 2_000)).toBeGreaterThan(5);
    const later = reportOf(answer({ ...running, progress: 50, eta_seconds: 14 }), 10_000, begun);
    expect(smoothProgress(30, later, 10_000)).toBe(30);
    expect(smoothProgress(30, later, 12_000)).toBeGreaterThan(50);
  });

  it.each<[string, Told, Told | null]>([
    ['while the job waits in the queue', { status: 'PENDING', version: 1, progress: 0, eta_seconds: 20 }, null],
    ['while its images are saved', { ...running, stage: 'saving', eta_seconds: 2 }, null],
    [
      'when the progress has not moved since the last answer',
      { ...running, eta_seconds: 30 },
      { ...running, eta_seconds: 40 },
    ],
  ])('does not move %s', (_, told, before) => {
    const last = before && reportOf(answer(before), 0, null);
    expect(smoothProgress(told.progress, reportOf(answer(told), 10_000, last), 60_000)).toBe(told.progress);
  });
});

describe('the seconds left', () => {
  it('count down from the estimate', () => {
    expect(secondsLeft(reported(1, 24), 10_000)).toBe(14);
  });

  it('are unknown without an estimate', () => {
    expect(secondsLeft(reported(1, null), 10_000)).toBeNull();
  });
});

describe('the estimated end', () => {
  const reportAt = (
    nowMs: number,
    last: ProgressReport | null,
    eta_seconds: number,
    job: Omit<Told, 'eta_seconds'> = running,
  ) => reportOf(answer({ ...job, eta_seconds }), nowMs, last);

  it('keeps its first value when every answer repeats the estimate of an overdue call', () => {
    const first = reportAt(0, null, 5);
    const second = reportAt(5_000, first, 5);
    expect(second.endsAtMs).toBe(5_000);
    expect(reportAt(10_000, second, 5).endsAtMs).toBe(5_000);
  });

  it('takes a different estimate: after a rate limit the call begins again', () => {
    const called = reportAt(0, null, 5);
    const told = reportAt(5_000, called, 44);
    expect(told.endsAtMs).toBe(49_000);
    const waits = reportAt(10_000, told, 39);
    expect(waits.endsAtMs).toBe(49_000);
    expect(reportAt(15_000, waits, 60).endsAtMs).toBe(75_000);
  });

  it('is taken anew when the version has risen', () => {
    expect(reportAt(5_000, reportAt(0, null, 2), 2, { ...running, version: 3 }).endsAtMs).toBe(7_000);
  });

  it('may grow or stay while the job is queued, since other jobs may be taken first', () => {
    const waiting = { status: 'PENDING', version: 1, progress: 0 };
    const first = reportAt(0, null, 20, waiting);
    expect(reportAt(5_000, first, 40, waiting).endsAtMs).toBe(45_000);
    expect(reportAt(5_000, first, 20, waiting).endsAtMs).toBe(25_000);
  });
});
