import type { ScenarioInput } from '@darkroom/minimax-simulator';
import * as fc from 'fast-check';

type Fault = NonNullable<ScenarioInput['fault']>;

const once = (fault: Fault): ScenarioInput => ({ times: 1, fault });
const tooFast: Fault = { kind: 'base_resp', code: 1002 };
const oneImage = (image: Extract<Fault, { kind: 'image' }>['image']): ScenarioInput => ({
  fault: { kind: 'image', image, times: 1, position: 0 },
});
const gone = { kind: 'status', status: 404 } as const;

/** What either family can meet with. */
const SHARED: ScenarioInput[] = [
  once(tooFast),
  { times: 2, fault: tooFast },
  { fault: { kind: 'http', status: 502, body: '<html>Bad Gateway</html>' } },
  { fault: { kind: 'hang', at: 'headers' } },
  { fault: { kind: 'reset', at: 'headers' } },
  { fault: { kind: 'fewer_images', delivered: 0 } },
  oneImage({ kind: 'status', status: 503 }),
  oneImage({ kind: 'reset' }),
  oneImage({ kind: 'cut_short' }),
  oneImage({ kind: 'hang' }),
  { fault: { kind: 'image', image: gone } },
];

const IMAGE_01: ScenarioInput[] = [
  ...SHARED,
  { latencyMs: 300 },
  { latencyMs: 1_000 },
  once({ kind: 'http', status: 429, headers: { 'retry-after': '1' } }),
  { fault: { kind: 'base_resp', code: 1026 } },
  { fault: { kind: 'reset', at: 'body' } },
];

const ends = (after: number): ScenarioInput[] => [
  { fault: { kind: 'stream_error', after } },
  { fault: { kind: 'stream_cut', how: 'reset', after } },
  { fault: { kind: 'stream_cut', how: 'close', after, inEvent: true } },
  { fault: { kind: 'stream_cut', how: 'end', after } },
  { fault: { kind: 'stream_cut', how: 'silence', after } },
];

const STREAM: ScenarioInput[] = [
  ...SHARED,
  ...ends(0),
  ...ends(2),
  once({ kind: 'error', status: 429, retryAfterS: 1 }),
  { fault: { kind: 'error', status: 400 } },
  { fault: { kind: 'error', status: 500 } },
  { fault: { kind: 'blocked' } },
  { fault: { kind: 'blocked', positions: [0] } },
  { fault: { kind: 'fewer_images', delivered: 2 } },
  { fault: { kind: 'completion_order', order: [3, 1, 2, 0] } },
  { fault: { kind: 'odd_event', oddity: 'repeated' } },
  { fault: { kind: 'odd_event', oddity: 'unknown_type' } },
  { fault: { kind: 'image', image: gone, position: 0 } },
];

const WIRES: NonNullable<ScenarioInput['h3Wire']>[] = [
  {},
  { headers: 'at_once', keepaliveMs: 50 },
  { newline: 'crlf', splitData: true },
  { eventLine: false, doneMarker: true, completedType: 'bare' },
];

/** Provider behaviours for one request of image-01. */
export const image01Script: fc.Arbitrary<ScenarioInput> = fc.oneof(
  { arbitrary: fc.constant<ScenarioInput>({}), weight: 1 },
  { arbitrary: fc.constantFrom(...IMAGE_01), weight: 1 },
);

/** Where a stream is held open until the end of its round, or of its call. */
const hold: fc.Arbitrary<ScenarioInput> = fc
  .integer({ min: 0, max: 9 })
  .map((holdAfter) => ({ hold: true, holdAfter }));

/** Provider behaviours for one request of H3. Each further image takes a quarter of the first one's time longer. */
export const streamScript: fc.Arbitrary<ScenarioInput> = fc
  .tuple(
    fc.oneof(
      { arbitrary: fc.constant<ScenarioInput>({}), weight: 3 },
      { arbitrary: hold, weight: 3 },
      { arbitrary: fc.constantFrom(...STREAM), weight: 4 },
    ),
    fc.constantFrom(50, 200, 400, 800),
    fc.constantFrom(...WIRES),
  )
  .map(([script, latencyMs, h3Wire]) => ({ latencyMs, h3Wire, ...script }));

/** The indexes of images whose links never work. */
export function deadLinksOf({ fault }: ScenarioInput): number[] {
  if (fault?.kind !== 'image' || fault.times !== undefined) return [];
  return fault.position === undefined ? Array.from({ length: 10 }, (_, index) => index) : [fault.position];
}
