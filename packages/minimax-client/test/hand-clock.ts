import type { Clock } from '../src/index.ts';

/** A clock whose timers ring when the test says so. */
export function createHandClock(): Clock & { ring(): void; pending(): number; stepTo(atMs: number): void } {
  const timers = new Map<() => void, number>();
  let nowMs = 0;
  return {
    now: () => nowMs,
    after(delayMs, callback) {
      timers.set(callback, nowMs + delayMs);
      return () => timers.delete(callback);
    },
    /** Every timer that is set, and every one that is set by it, at its own time. */
    ring() {
      for (const [callback, dueAt] of timers) {
        timers.delete(callback);
        nowMs = Math.max(nowMs, dueAt);
        callback();
      }
    },
    /** The process stands still until then; what was due rings late, once. */
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
