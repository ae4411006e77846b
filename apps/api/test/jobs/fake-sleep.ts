import { createFakeClock } from '../fake-clock.ts';

/**
 * Stands in for `node:timers/promises`, so that a test of long waits takes no time: a wait moves the clock by its length.
 * Give it to `vi.mock`.
 */
export const clock = createFakeClock();

/** Every wait since the test began, in milliseconds. */
export const waits: number[] = [];

export async function setTimeout(ms: number, _value: unknown, { signal }: { signal: AbortSignal }): Promise<void> {
  signal.throwIfAborted();
  waits.push(ms);
  clock.advance(ms);
  await new Promise(setImmediate); // others get their turn, as in a real wait
  signal.throwIfAborted();
}
