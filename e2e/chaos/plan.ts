import type { ScenarioInput } from '@darkroom/minimax-simulator';
import * as fc from 'fast-check';

type Fault = NonNullable<ScenarioInput['fault']>;

const once = (fault: Fault): ScenarioInput => ({ times: 1, fault });
const tooFast: Fault = { kind: 'base_resp', code: 1002 };
const oneImage = (image: Extract<Fault, { kind: 'image' }>['image']): ScenarioInput => ({
  fault: { kind: 'image', image, times: 1, position: 0 },
});

/** Provider behaviours for one request. */
const SCRIPTS: ScenarioInput[] = [
  { latencyMs: 300 },
  { latencyMs: 1_000 },
  once(tooFast),
  { times: 2, fault: tooFast },
  once({ kind: 'http', status: 429, headers: { 'retry-after': '1' } }),
  { fault: { kind: 'base_resp', code: 1026 } },
  { fault: { kind: 'http', status: 502, body: '<html>Bad Gateway</html>' } },
  { fault: { kind: 'hang', at: 'headers' } },
  { fault: { kind: 'reset', at: 'headers' } },
  { fault: { kind: 'reset', at: 'body' } },
  { fault: { kind: 'fewer_images', delivered: 0 } },
  oneImage({ kind: 'status', status: 503 }),
  oneImage({ kind: 'reset' }),
  oneImage({ kind: 'cut_short' }),
  oneImage({ kind: 'hang' }),
  { fault: { kind: 'image', image: { kind: 'status', status: 404 } } },
];

export const delayMs = (longestMs: number) => fc.integer({ min: 0, max: longestMs });

const UserRequest = fc.record({
  userId: fc.constantFrom('1', '2', '3', '4'),
  n: fc.integer({ min: 1, max: 2 }),
  hasReference: fc.boolean(),
  script: fc.oneof(
    { arbitrary: fc.constant<ScenarioInput>({}), weight: 1 },
    { arbitrary: fc.constantFrom(...SCRIPTS), weight: 1 },
  ),
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
  /** Milliseconds from listening to kill -9. */
  killAfterMs: delayMs(2_500),
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
