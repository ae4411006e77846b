import type { ImageJob } from '@darkroom/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { claimOf, type ProgressClaim, secondsLeft, smoothProgress } from '../src/features/image-job/smooth-progress.ts';

const claims = fc.record<ProgressClaim>({
  version: fc.constant(2),
  progress: fc.integer({ min: 0, max: 99 }),
  endsAtMs: fc.option(fc.integer({ min: 0, max: 1_600_000 })),
  receivedAtMs: fc.integer({ min: 0, max: 1_000_000 }),
});
const passedMs = fc.integer({ min: 0, max: 3_600_000 });
const generating = (progress: number, etaSeconds: number | null): ProgressClaim => ({
  version: 2,
  progress,
  endsAtMs: etaSeconds === null ? null : etaSeconds * 1000,
  receivedAtMs: 0,
});

/** A job as the service answers with it; only what a claim reads. */
const answer = (job: { status: string; version: number; progress: number; eta_seconds: number | null }) =>
  job as unknown as ImageJob;

/** The service's progress so long after a call began that is expected to last so long (apps/api, jobs/progress.ts). */
const servedProgress = (passed: number, expected: number) => 1 + 88 * (1 - Math.exp((-2.5 * passed) / expected));

describe('the progress that is shown', () => {
  it('never falls, whatever the service says next', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(claims, passedMs)), (steps) => {
        let shown = 0;
        for (const [claim, passed] of steps) {
          const next = smoothProgress(shown, claim, claim.receivedAtMs + passed);
          expect(next).toBeGreaterThanOrEqual(shown);
          shown = next;
        }
      }),
    );
  });

  it('never says by itself that the call is over, nor leads by more than 40 without an estimate', () => {
    fc.assert(
      fc.property(claims, passedMs, (claim, passed) => {
        const shown = smoothProgress(0, claim, claim.receivedAtMs + passed);
        expect(shown).toBeLessThanOrEqual(Math.max(89, claim.progress));
        if (claim.endsAtMs === null) expect(shown).toBeLessThanOrEqual(claim.progress + 40);
      }),
    );
  });

  it('is between two answers where the service would have said', () => {
    const seconds = fc.double({ min: 1, max: 120, noNaN: true });
    const share = fc.double({ min: 0, max: 0.99, noNaN: true });
    fc.assert(
      fc.property(seconds, share, share, (expected, asked, looked) => {
        const [early, late] = asked < looked ? [asked, looked] : [looked, asked];
        const claim = generating(servedProgress(early, 1), (1 - early) * expected + 2);
        const shown = smoothProgress(0, claim, (late - early) * expected * 1000);
        expect(shown).toBeCloseTo(servedProgress(late, 1), 6);
      }),
    );
  });

  it('walks without an estimate as for a call of 24 s', () => {
    expect(smoothProgress(0, generating(1, null), 4_000)).toBeCloseTo(servedProgress(4, 24));
  });

  it('stays at 0 while the job waits, however long', () => {
    expect(smoothProgress(0, generating(0, 5), 600_000)).toBe(0);
  });

  it('stands still once the estimate has passed, until the service says more', () => {
    expect(smoothProgress(90, { ...generating(85, -3), receivedAtMs: 0 }, 30_000)).toBe(90);
  });

  it('is 100 when the service says so', () => {
    expect(smoothProgress(89, generating(100, null), 0)).toBe(100);
  });
});

describe('the seconds left', () => {
  it('run down from the estimate', () => {
    expect(secondsLeft(generating(1, 24), 10_000)).toBe(14);
  });

  it('are unknown without one', () => {
    expect(secondsLeft(generating(1, null), 10_000)).toBeNull();
  });
});

describe('an estimate', () => {
  const running = { status: 'PROCESSING', version: 2, progress: 80 };

  it('that slides along with an overdue call is not believed', () => {
    const first = claimOf(answer({ ...running, eta_seconds: 5 }), 0, null);
    const second = claimOf(answer({ ...running, eta_seconds: 4 }), 5_000, first);
    expect(second.endsAtMs).toBe(5_000);
  });

  it('is believed anew when it is earlier, or when the version has risen', () => {
    const first = claimOf(answer({ ...running, eta_seconds: 20 }), 0, null);
    expect(claimOf(answer({ ...running, eta_seconds: 5 }), 5_000, first).endsAtMs).toBe(10_000);
    expect(claimOf(answer({ ...running, version: 3, eta_seconds: 30 }), 5_000, first).endsAtMs).toBe(35_000);
  });

  it('may grow while the job waits: others may come before it', () => {
    const waiting = { status: 'PENDING', version: 1, progress: 0 };
    const first = claimOf(answer({ ...waiting, eta_seconds: 20 }), 0, null);
    expect(claimOf(answer({ ...waiting, eta_seconds: 40 }), 5_000, first).endsAtMs).toBe(45_000);
  });
});
