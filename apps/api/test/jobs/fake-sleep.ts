import { createFakeClock } from '../fake-clock.ts';

/**
 * Replaces `node:timers/promises`, so that tests of long waits take no time: a wait advances the clock by its length.
 * Pass this module to `vi.mock`.
 */
export const clock = createFakeClock();

/** Every wait since the test began, in milliseconds. */
export const waits: number[] = [];

export async function setTimeout(ms: number, _value: unknown, { signal }: { signal: AbortSignal }): Promise<void> {
  signal.throwIfAborted();
  waits.push(ms);
  clock.advance(ms);
  await new Promise(setImmediate); // lets other tasks run, as a real wait does
  signal.throwIfAborted();
}
