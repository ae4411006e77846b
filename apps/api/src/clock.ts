import { setTimeout as sleep } from 'node:timers/promises';

/** The only source of time in this package. Tests replace it by a clock that they move. */
export interface Clock {
  /** Milliseconds since the epoch, by this machine's clock. It may be set back. */
  now(): number;
  /** Milliseconds since a fixed moment, for durations: never set back. */
  monotonic(): number;
  /** Resolves after at least `ms` milliseconds. Rejects as soon as `signal` aborts. */
  sleep(ms: number, options?: { signal?: AbortSignal | undefined }): Promise<void>;
}

/** Longest delay of a Node timer: a longer one would fire at once. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The time and the timers of this machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  async sleep(ms, { signal } = {}) {
    const until = performance.now() + ms;
    let leftMs = ms;
    do {
      await sleep(Math.min(leftMs, LONGEST_TIMER_MS), undefined, signal && { signal });
      leftMs = until - performance.now(); // a timer may fire up to a millisecond early
    } while (leftMs > 0);
  },
};

/** Calls `callback` once after `ms` milliseconds. The returned function cancels it. */
export function callAfter(clock: Pick<Clock, 'sleep'>, ms: number, callback: () => void): () => void {
  const canceled = new AbortController();
  clock.sleep(ms, { signal: canceled.signal }).then(
    // A cancellation may come between the end of the sleep and this callback.
    () => void (canceled.signal.aborted || callback()),
    () => {},
  );
  return () => canceled.abort();
}

/** Calls `callback` every `ms` milliseconds, for the first time after that. The returned function ends it. */
export function callEvery(clock: Pick<Clock, 'sleep'>, ms: number, callback: () => void): () => void {
  let cancel = () => {};
  function wait(): void {
    cancel = callAfter(clock, ms, () => {
      wait();
      callback();
    });
  }
  wait();
  return () => cancel();
}
