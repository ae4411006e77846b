import type { Clock } from '../src/index.ts';

/** A clock whose timers fire when the test says so. */
export function createHandClock(): Clock & { ring(): void; pending(): number; stepTo(atMs: number): void } {
  const timers = new Map<() => void, number>();
  let nowMs = 0;
  return {
    now: () => nowMs,
    after(delayMs, callback) {
      timers.set(callback, nowMs + delayMs);
      return () => timers.delete(callback);
    },
    /** Fires every pending timer, and every timer set by those, each at its due time. */
    ring() {
      for (const [callback, dueAt] of timers) {
        timers.delete(callback);
        nowMs = Math.max(nowMs, dueAt);
        callback();
      }
    },
    /** Simulates a process that is paused until then: timers that became due fire late, once. */
    stepTo(atMs) {
      const due = [...timers].filter(([, dueAt]) => dueAt <= atMs);
      nowMs = atMs;
      for (const [callback] of due) {
        timers.delete(callback);
        callback();
      }
    },
    pending: () => timers.size,
  };
}
