import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ProgressClaim, secondsLeft, smoothProgress } from '../src/features/image-job/smooth-progress.ts';

const claims = fc.record<ProgressClaim>({
  progress: fc.integer({ min: 0, max: 99 }),
  etaSeconds: fc.option(fc.double({ min: 0, max: 600, noNaN: true })),
  receivedAtMs: fc.integer({ min: 0, max: 1_000_000 }),
});
const passedMs = fc.integer({ min: 0, max: 3_600_000 });
const generating = (progress: number, etaSeconds: number | null): ProgressClaim => ({
  progress,
  etaSeconds,
  receivedAtMs: 0,
});

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

  it('never leads the straight line of the service’s own estimate, nor passes 97 by itself', () => {
    fc.assert(
      fc.property(claims, passedMs, (claim, passed) => {
        const shown = smoothProgress(0, claim, claim.receivedAtMs + passed);
        const way = claim.etaSeconds === null ? 25 : ((100 - claim.progress) * passed) / (claim.etaSeconds * 1000 || 1);
        expect(shown).toBeLessThanOrEqual(claim.progress + way + 1e-9);
        expect(shown).toBeLessThanOrEqual(Math.max(97, claim.progress));
      }),
    );
  });

  it('moves between two answers, half way at half the time', () => {
    expect(smoothProgress(0, generating(1, 20), 10_000)).toBeCloseTo(50.5);
  });

  it('slows down when the estimate has passed, and never reaches the end alone', () => {
    const late = smoothProgress(0, generating(1, 20), 20_000);
    const later = smoothProgress(late, generating(1, 20), 60_000);
    expect(late).toBeLessThan(95);
    expect(later).toBeGreaterThan(late);
    expect(later).toBeLessThanOrEqual(97);
  });

  it('stays at 0 while the job waits, however long', () => {
    expect(smoothProgress(0, generating(0, 5), 600_000)).toBe(0);
  });

  it('is 100 when the service says so', () => {
    expect(smoothProgress(97, generating(100, null), 0)).toBe(100);
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
