import { type Clock, callAfter } from '../../clock.ts';
import { BUSY_RETRY_AFTER_MS, RETRY_AFTER_MIN_MS } from '../../retry/retry-after.ts';
import type { Refusal } from '../refusal.ts';

/** The work had no effect: it was not started, or was rolled back while it waited for a lock. */
export class AdmissionQueueFull extends Error {
  readonly refusal: Refusal;
  constructor(retryAfterMs: number, options?: ErrorOptions) {
    super('Admission queue full', options);
    this.refusal = { code: 'queue_full', retryAfterMs };
  }
}

/** Returns the refusal of a full queue; rethrows every other error. */
export function admissionRefusal(error: unknown): Refusal {
  if (error instanceof AdmissionQueueFull) return error.refusal;
  throw error;
}

export interface AdmissionQueueOptions {
  /** Work that runs at once. */
  slots: number;
  /** Longest wait for a slot, in milliseconds. Clients and proxies give up after 30 to 60 s. */
  waitWithinMs: number;
  /** Most work that waits at once, however long each piece takes. */
  waitingLimit: number;
  /** Whether work failed because others held a lock for too long. It is refused like work that waited too long here. */
  isBusy(error: unknown): boolean;
  /** Whether a failure means that all waiting work would fail the same way, only later. */
  failsAll(error: unknown): boolean;
  clock: Pick<Clock, 'monotonic' | 'sleep'>;
}

export interface AdmissionQueue {
  /**
   * Runs the work first in, first out. Rejects with AdmissionQueueFull, which carries the time that the backlog needs:
   * as soon as that time is far longer than `waitWithinMs` or too many wait, otherwise after `waitWithinMs` without a
   * place.
   */
  run<T>(work: () => Promise<T>): Promise<T>;
}

interface Waiter {
  start(): void;
  reject(error: unknown): void;
  /** Deadline by the monotonic clock. The timer covers a queue that makes no progress. */
  deadline: number;
  cancelTimer(): void;
}

/**
 * Number of latest durations whose median is the estimate for one piece of work. A median is not distorted by one
 * stall.
 */
const SAMPLES = 21;
/** With fewer durations than this there is no estimate: the first pieces of work also open their connections. */
const SAMPLES_MIN = 10;
/**
 * Factor of tolerance. A burst is slowest at its start, when all of it is parsed, so work that is estimated to start
 * within twice its time limit may still start in time.
 */
const ESTIMATE_TOLERANCE = 2;

/**
 * Creates and uploads of one process that wait for admission. Their wait is not a fault of the database, so it has its
 * own bound and its own refusal, and takes no connection of the pool.
 */
export function createAdmissionQueue(options: AdmissionQueueOptions): AdmissionQueue {
  const { slots, waitWithinMs, waitingLimit, isBusy, failsAll, clock } = options;
  const waiting: Waiter[] = [];
  let running = 0;
  const recentMs: number[] = [];

  /** Estimated wait of the last of this many waiters in milliseconds; null while too few durations are known. */
  function waitMs(waiters: number): number | null {
    if (recentMs.length < SAMPLES_MIN) return null;
    const median = recentMs.toSorted((a, b) => a - b)[recentMs.length >> 1] ?? 0;
    return (waiters * median) / slots;
  }

  /** Where the estimate is missing or the backlog makes no progress, BUSY_RETRY_AFTER_MS stands for the wait. */
  function refuse(retryMsMin: number, options?: ErrorOptions): AdmissionQueueFull {
    return new AdmissionQueueFull(
      Math.max(retryMsMin, Math.ceil(waitMs(waiting.length + 1) ?? BUSY_RETRY_AFTER_MS)),
      options,
    );
  }

  function acquireSlot(): Promise<void> {
    if (running < slots) {
      running++;
      return Promise.resolve();
    }
    if (waiting.length >= waitingLimit || (waitMs(waiting.length + 1) ?? 0) > ESTIMATE_TOLERANCE * waitWithinMs)
      return Promise.reject(refuse(RETRY_AFTER_MIN_MS));
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        start: resolve,
        reject,
        deadline: clock.monotonic() + waitWithinMs,
        cancelTimer: callAfter(clock, waitWithinMs, () => remove(waiter).reject(refuse(BUSY_RETRY_AFTER_MS))),
      };
      waiting.push(waiter);
    });
  }

  function releaseSlot(): void {
    const next = waiting[0];
    if (!next) running--;
    else remove(next).start(); // the slot passes to the next waiter
  }

  /** Refuses the newest waiters, as long as they would not start in time: they need not wait in vain. */
  function refuseLateWaiters(): void {
    for (let last = waiting.at(-1); last; last = waiting.at(-1)) {
      const startsInMs = waitMs(waiting.length);
      if (startsInMs === null || startsInMs <= ESTIMATE_TOLERANCE * (last.deadline - clock.monotonic())) return;
      remove(last).reject(refuse(RETRY_AFTER_MIN_MS));
    }
  }

  function remove(waiter: Waiter): Waiter {
    waiter.cancelTimer();
    waiting.splice(waiting.indexOf(waiter), 1);
    return waiter;
  }

  return {
    async run(work) {
      await acquireSlot();
      const startedAt = clock.monotonic();
      try {
        return await work();
      } catch (error) {
        if (isBusy(error)) throw refuse(BUSY_RETRY_AFTER_MS, { cause: error });
        if (failsAll(error)) for (const waiter of [...waiting]) remove(waiter).reject(error);
        throw error;
      } finally {
        const tookMs = clock.monotonic() - startedAt;
        if (recentMs.push(tookMs) > SAMPLES) recentMs.shift();
        releaseSlot();
        refuseLateWaiters();
      }
    },
  };
}
