export interface FakeClock {
  /** Milliseconds since the epoch. */
  now(): number;
  advance(ms: number): void;
}

/** A clock that stands still until a test moves it. */
export function createFakeClock(startMs = Date.UTC(2026, 10, 22)): FakeClock {
  let nowMs = startMs;
  return {
    now: () => nowMs,
    advance(ms) {
      nowMs += ms;
    },
  };
}
