import type { ImageJob } from '@darkroom/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { claimOf, type ProgressClaim, secondsLeft, smoothProgress } from '../src/features/image-job/smooth-progress.ts';

const OVER_MS = 5_000;

const claims = fc.record<ProgressClaim>({
  version: fc.constant(2),
  progress: fc.integer({ min: 0, max: 100 }),
  etaSeconds: fc.constant(null),
  endsAtMs: fc.constant(null),
  receivedAtMs: fc.integer({ min: 0, max: 1_000_000 }),
});
const passedMs = fc.integer({ min: 0, max: 3_600_000 });

/** A job as the service answers with it; only what a claim reads. */
const answer = (job: { status: string; version: number; progress: number; eta_seconds: number | null }) =>
  job as unknown as ImageJob;

const running = { status: 'PROCESSING', version: 2, progress: 80 };
const claimed = (progress: number, eta_seconds: number | null) =>
  claimOf(answer({ ...running, progress, eta_seconds }), 0, null);

describe('the progress that is shown', () => {
  it('never falls, and is never ahead of what the service has said', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(claims, passedMs)), (steps) => {
        let shown = 0;
        let said = 0;
        for (const [claim, passed] of steps) {
          const next = smoothProgress(shown, claim, claim.receivedAtMs + passed, OVER_MS);
          said = Math.max(said, claim.progress);
          expect(next).toBeGreaterThanOrEqual(shown);
          expect(next).toBeLessThanOrEqual(said);
          shown = next;
        }
      }),
    );
  });

  it('is where the service was by the time of the next answer', () => {
    const shown = [0, 2_500, 5_000, 60_000].map((nowMs) => smoothProgress(10, claimed(30, 20), nowMs, OVER_MS));
    expect(shown).toEqual([10, 20, 30, 30]);
  });
});

describe('the seconds left', () => {
  it('run down from the estimate', () => {
    expect(secondsLeft(claimed(1, 24), 10_000)).toBe(14);
  });

  it('are unknown without one', () => {
    expect(secondsLeft(claimed(1, null), 10_000)).toBeNull();
  });
});

describe('an estimate', () => {
  const claimAt = (nowMs: number, last: ProgressClaim | null, eta_seconds: number, job = running) =>
    claimOf(answer({ ...job, eta_seconds }), nowMs, last);

  it('that every answer says anew of an overdue call is not believed', () => {
    const first = claimAt(0, null, 5);
    const second = claimAt(5_000, first, 5);
    expect(second.endsAtMs).toBe(5_000);
    expect(claimAt(10_000, second, 5).endsAtMs).toBe(5_000);
  });

  it('is believed when it is another: MiniMax makes the job wait, and then its call begins anew', () => {
    const called = claimAt(0, null, 5);
    const told = claimAt(5_000, called, 44);
    expect(told.endsAtMs).toBe(49_000);
    const waits = claimAt(10_000, told, 39);
    expect(waits.endsAtMs).toBe(49_000);
    expect(claimAt(15_000, waits, 60).endsAtMs).toBe(75_000);
  });

  it('is believed anew when the version has risen', () => {
    expect(claimAt(5_000, claimAt(0, null, 2), 2, { ...running, version: 3 }).endsAtMs).toBe(7_000);
  });

  it('may grow or stand while the job is in the queue: others may come before it', () => {
    const waiting = { status: 'PENDING', version: 1, progress: 0 };
    const first = claimAt(0, null, 20, waiting);
    expect(claimAt(5_000, first, 40, waiting).endsAtMs).toBe(45_000);
    expect(claimAt(5_000, first, 20, waiting).endsAtMs).toBe(25_000);
  });
});
