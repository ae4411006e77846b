import { SHORT_LEASE } from '@darkroom/test-kit/api/short-lease';
import * as fc from 'fast-check';
import { delayMs, REQUESTS } from './plan.ts';

export const APIS = 2;
export const WORKERS = 4;

/** In hundredths of a lease: long enough for the worker to be presumed dead. */
const LONGER_THAN_A_LEASE = fc.integer({ min: 107, max: 133 });
/** Mostly short pauses; some longer than the lease. */
const STANDSTILL_MS = fc.oneof(
  { arbitrary: delayMs(2_000), weight: 8 },
  { arbitrary: LONGER_THAN_A_LEASE.map((hundredths) => (hundredths * SHORT_LEASE.WORKER_LEASE_MS) / 100), weight: 1 },
);
const TARGET = fc.integer({ min: 0, max: APIS + WORKERS - 1 });

const ClusterFault = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('kill'),
      target: TARGET,
      downMs: delayMs(1_000),
      /** Killed again this long after its restart, during recovery; null = not killed again. */
      againAfterMs: fc.option(delayMs(1_500), { freq: 2 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('terminate'), target: TARGET, downMs: delayMs(500) }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('pause'), target: TARGET, forMs: STANDSTILL_MS }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('stop_postgres'),
      how: fc.constantFrom('fast', 'immediate'),
      forMs: STANDSTILL_MS,
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('cut_connections') }) },
);
export type ClusterFault = typeof ClusterFault extends fc.Arbitrary<infer Planned> ? Planned : never;

const Round = fc.record({
  ...REQUESTS,
  faults: fc.array(fc.record({ afterMs: delayMs(2_500), fault: ClusterFault }), { minLength: 3, maxLength: 5 }),
});
export type PlannedClusterRound = typeof Round extends fc.Arbitrary<infer Planned> ? Planned : never;

/** The rounds of one run: the same seed gives the same plan. */
export function planClusterRounds(rounds: number, seed: number): PlannedClusterRound[] {
  return fc.sample(Round, { numRuns: rounds, seed, unbiased: true });
}
