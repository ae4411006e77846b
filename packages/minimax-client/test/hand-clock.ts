import type { Clock } from '../src/index.ts';

/** A clock whose timers ring when the test says so. */
export function createHandClock(): Clock & { ring(): void; pending(): number } {
  const timers = new Set<() => void>();
  return {
    now: () => 0,
    after(_delayMs, callback) {
      timers.add(callback);
      return () => timers.delete(callback);
    },
    ring() {
      for (const callback of timers) callback();
    },
    pending: () => timers.size,
  };
}
