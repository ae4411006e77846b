import type { ScriptInput } from '@darkroom/minimax-simulator';
import * as fc from 'fast-check';

type Fault = NonNullable<ScriptInput['fault']>;

const once = (fault: Fault): ScriptInput => ({ times: 1, fault });
const tooFast: Fault = { kind: 'base_resp', code: 1002 };
const onePicture = (picture: Extract<Fault, { kind: 'picture' }>['picture']): ScriptInput => ({
  fault: { kind: 'picture', picture, times: 1, position: 0 },
});

/** What the provider does with one order. */
const SCRIPTS: ScriptInput[] = [
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
  onePicture({ kind: 'status', status: 503 }),
  onePicture({ kind: 'reset' }),
  onePicture({ kind: 'cut_short' }),
  onePicture({ kind: 'hang' }),
  { fault: { kind: 'picture', picture: { kind: 'status', status: 404 } } },
];

export const delayMs = (longestMs: number) => fc.integer({ min: 0, max: longestMs });

const Order = fc.record({
  userId: fc.constantFrom('1', '2', '3', '4'),
  n: fc.integer({ min: 1, max: 2 }),
  hasReference: fc.boolean(),
  script: fc.oneof(
    { arbitrary: fc.constant<ScriptInput>({}), weight: 1 },
    { arbitrary: fc.constantFrom(...SCRIPTS), weight: 1 },
  ),
  face: fc.constantFrom('trpc', 'rest'),
  /** An order without a key is sent once, whatever becomes of it. */
  hasKey: fc.oneof({ arbitrary: fc.constant(true), weight: 4 }, { arbitrary: fc.constant(false), weight: 1 }),
  afterMs: delayMs(700),
  /** How the person looks after it: held polls, or reads. */
  follows: fc.constantFrom('polls', 'reads'),
  /** And what else they do with it. */
  act: fc.constantFrom('nothing', 'nothing', 'nothing', 'repeat', 'repeat', 'cancel', 'delete'),
  actAfterMs: delayMs(1_000),
});
export type PlannedOrder = typeof Order extends fc.Arbitrary<infer Planned> ? Planned : never;

/** What people and the provider do in a round, whatever is struck in it. */
export const ORDERS = {
  responseFormat: fc.constantFrom('url', 'base64'),
  orders: fc.array(Order, { minLength: 10, maxLength: 10 }),
  /** Calls that are reset before the provider reads them. */
  unreadCalls: fc.integer({ min: 0, max: 1 }),
};
export interface PlannedOrders {
  orders: PlannedOrder[];
  unreadCalls: number;
}

const Round = fc.record({
  ...ORDERS,
  /** kill -9 so long after the start of the process, while it recovers; null = it is let start. */
  killStartAfterMs: fc.option(delayMs(1_200), { freq: 2 }),
  /** kill -9 so long after it listens. */
  killAfterMs: delayMs(2_500),
  /** SIGTERM then, and kill -9 only so long after that, in the middle of the drain; null = no warning. */
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
