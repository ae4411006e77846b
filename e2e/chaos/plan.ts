import * as fc from 'fast-check';
import { image01Script, streamScript } from './provider-scripts.ts';

export const delayMs = (longestMs: number) => fc.integer({ min: 0, max: longestMs });

const Image01 = fc.record({
  model: fc.constant('image-01'),
  n: fc.integer({ min: 1, max: 2 }),
  /** Number of references. */
  references: fc.integer({ min: 0, max: 1 }),
  script: image01Script,
});

/** Its images arrive one by one. */
const H3 = fc.record({
  model: fc.constantFrom('MiniMax-H3-Image', 'MiniMax-H3-Image-Highspeed'),
  n: fc.integer({ min: 1, max: 10 }),
  references: fc.oneof(
    { arbitrary: fc.constant(0), weight: 1 },
    { arbitrary: fc.integer({ min: 1, max: 3 }), weight: 1 },
  ),
  script: streamScript,
});

const Actions = fc.record({
  userId: fc.constantFrom('1', '2', '3', '4'),
  surface: fc.constantFrom('trpc', 'rest'),
  /** A request without an idempotency key is sent once only. */
  hasKey: fc.oneof({ arbitrary: fc.constant(true), weight: 4 }, { arbitrary: fc.constant(false), weight: 1 }),
  afterMs: delayMs(700),
  /** Follows by long polls or by plain reads. */
  follows: fc.constantFrom('polls', 'reads'),
  /** Additional action on the job. */
  act: fc.constantFrom('nothing', 'nothing', 'nothing', 'repeat', 'repeat', 'cancel', 'delete'),
  actAfterMs: delayMs(1_000),
});
const UserRequest = fc.tuple(fc.oneof(Image01, H3), Actions).map(([ordered, actions]) => ({ ...ordered, ...actions }));
export type PlannedRequest = typeof UserRequest extends fc.Arbitrary<infer Planned> ? Planned : never;

/** Users and provider in one round, independent of the injected faults. */
export const REQUESTS = {
  responseFormat: fc.constantFrom('url', 'base64'),
  requests: fc.array(UserRequest, { minLength: 10, maxLength: 10 }),
  /** Connections that are reset before the provider reads the request. */
  unreadCalls: fc.integer({ min: 0, max: 1 }),
};
export interface PlannedRequests {
  requests: PlannedRequest[];
  unreadCalls: number;
}

const Round = fc.record({
  ...REQUESTS,
  /** Milliseconds from process start to kill -9, during recovery; null = no kill. */
  killStartAfterMs: fc.option(delayMs(1_200), { freq: 2 }),
  /** Milliseconds to kill -9, from listening or from the moment when an image of an open stream was sent. */
  killAfterMs: delayMs(2_500),
  killInStream: fc.boolean(),
  /** Sends SIGTERM instead, and kill -9 this many milliseconds into the drain; null = kill -9 at once. */
  drainForMs: fc.oneof(
    { arbitrary: fc.constant(null), weight: 3 },
    { arbitrary: fc.integer({ min: 1, max: 600 }), weight: 1 },
  ),
});
export type PlannedRound = typeof Round extends fc.Arbitrary<infer Planned> ? Planned : never;

/** The rounds of one run: the same seed gives the same plan. */
export function planRounds(rounds: number, seed: number): PlannedRound[] {
  return fc.sample(Round, { numRuns: rounds, seed, unbiased: true });
}
