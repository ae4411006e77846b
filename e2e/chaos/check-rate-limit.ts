import type { Call } from '@darkroom/minimax-simulator';

const WINDOW_MS = 60_000;

/** Reports calls beyond `rpm` in any rolling minute, by the provider's clock. */
export function checkRateLimit(calls: Pick<Call, 'at'>[], rpm: number): string[] {
  const times = calls.map((call) => call.at).toSorted((a, b) => a - b);
  const tooSoon = times.filter((at, index) => at - (times[index - rpm] ?? Number.NEGATIVE_INFINITY) < WINDOW_MS);
  return tooSoon.length === 0 ? [] : [`${tooSoon.length} calls within a minute of the ${rpm}th before them`];
}
