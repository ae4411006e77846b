import { type Clock, systemClock } from './clock.ts';

/** A deadline is waited for in slices. */
const SLICE_MS = 1_000;
/** A slice that ends so much late was one in which the process stood still: stopped, suspended, or busy with itself. */
const LATE_MS = 100;
/** At most so many slices are added after a last one that was late: a process that is always late has deadlines too. */
const EXTRA_SLICES_MAX = 5;

/** Calls back once; the returned function calls it off. */
export type StartDeadline = (delayMs: number, callback: () => void) => () => void;

/**
 * Deadlines that measure how long the other side had, and not how long this process stood still. A slice counts as its own
 * length, however late it ends, so a standstill costs one slice at most. What came in meanwhile waits in the socket's
 * buffer: a deadline that is over leaves time to read it first, another slice after a standstill and else one look.
 */
export function createStartDeadline({ now, after }: Clock = systemClock): StartDeadline {
  return (delayMs, callback) => {
    let leftMs = delayMs;
    let extraSlices = EXTRA_SLICES_MAX;
    let callOff = () => {};

    function waitSlice(): void {
      const sliceMs = Math.min(leftMs, SLICE_MS);
      const dueAt = now() + sliceMs;
      callOff = after(sliceMs, () => {
        leftMs -= sliceMs;
        const isLate = now() - dueAt > LATE_MS;
        if (leftMs <= 0 && isLate && extraSlices-- > 0) leftMs = SLICE_MS;
        if (leftMs > 0) waitSlice();
        else lookOnce();
      });
    }

    /** Sockets are read after timers and before immediates. */
    function lookOnce(): void {
      const look = setImmediate(callback);
      callOff = () => clearImmediate(look);
    }

    waitSlice();
    return () => callOff();
  };
}
