import { type Clock, systemClock } from './clock.ts';

/** A deadline is a chain of timers of at most this length. */
const SLICE_MS = 1_000;
/**
 * A timer that fires later than this means that the process was stalled: stopped, suspended, or its event loop was
 * blocked.
 */
const LATE_MS = 100;
/** Most slices that are added because the last one was late. Bounds the deadline of a process that is always late. */
const EXTRA_SLICES_MAX = 5;

/** Calls `callback` once when the deadline of `delayMs` milliseconds is over. The returned function cancels it. */
export type StartDeadline = (delayMs: number, callback: () => void) => () => void;

/**
 * Creates deadlines that measure the time the peer had, without the time this process was stalled. A slice counts as
 * its nominal length however late its timer fires, so a stall costs at most one slice (1 s). Data that arrived during a
 * stall waits in the socket's buffer. It is read before the deadline takes effect: after a late last slice one more
 * slice is added (at most 5 times), otherwise one pass of the event loop.
 */
export function createStartDeadline(clock: Clock = systemClock): StartDeadline {
  return (delayMs, callback) => {
    let leftMs = delayMs;
    let extraSlices = EXTRA_SLICES_MAX;
    let callOff = () => {};

    function waitSlice(): void {
      const sliceMs = Math.min(leftMs, SLICE_MS);
      const dueAt = clock.now() + sliceMs;
      const slice = new AbortController();
      callOff = () => slice.abort();
      clock.sleep(sliceMs, { signal: slice.signal }).then(
        () => {
          if (!slice.signal.aborted) endSlice(sliceMs, clock.now() - dueAt);
        },
        () => {}, // canceled
      );
    }

    function endSlice(sliceMs: number, lateMs: number): void {
      leftMs -= sliceMs;
      if (leftMs <= 0 && lateMs > LATE_MS && extraSlices-- > 0) leftMs = SLICE_MS;
      if (leftMs > 0) waitSlice();
      else lookOnce();
    }

    /** The event loop reads sockets after timers and before immediates, so pending data is read first. */
    function lookOnce(): void {
      const look = setImmediate(callback);
      callOff = () => clearImmediate(look);
    }

    waitSlice();
    return () => callOff();
  };
}
