import type { Refusal } from '../refusal.ts';

/** Nothing was done: the work was not begun, or was undone while it waited for what others hold. */
export class AdmissionQueueFull extends Error {
  readonly refusal: Refusal;
  constructor(retryAfterMs: number, options?: ErrorOptions) {
    super('Admission has no place in time', options);
    this.refusal = { code: 'queue_full', retryAfterMs };
  }
}

/** The refusal that a full queue is to those who ask; every other error is thrown again. */
export function admissionRefusal(error: unknown): Refusal {
  if (error instanceof AdmissionQueueFull) return error.refusal;
  throw error;
}

export interface AdmissionQueueOptions {
  /** Work that runs at once: the connections that admission has. */
  places: number;
  /** Longest time that work waits for a place, in milliseconds. Clients and proxies give up after 30 to 60 s. */
  waitWithinMs: number;
  /** Most that wait at once, whatever each takes. */
  waitingLimit: number;
  /** Whether work failed since others held what it needs for too long: refused like work that waited too long here. */
  isBusy(error: unknown): boolean;
  /** Whether a failure means that whoever waits would fail the same way, only later. */
  failsAll(error: unknown): boolean;
  /** Monotonic milliseconds. Default: `performance.now`. */
  clock?(): number;
}

export interface AdmissionQueue {
  /**
   * Runs the work in its turn, first come, first served. Rejects with AdmissionQueueFull and the time that the backlog needs:
   * as soon as that is far longer than `waitWithinMs`, or too many wait, and else after `waitWithinMs` without a place.
   */
  run<T>(work: () => Promise<T>): Promise<T>;
}

interface Waiter {
  start(): void;
  reject(error: unknown): void;
  /** By the queue's clock; the timer is for a queue that stands still. */
  giveUpAt: number;
  timer: NodeJS.Timeout;
}

/** The median of so many durations is what work takes now: one that stood still does not count for the others. */
const RECENT = 21;
/** Below this nothing is said: the first ones also open their connections. */
const RECENT_MIN = 10;
/** A burst is slowest at its beginning, when all of it is parsed: what is due within twice the time may be in time. */
const DOUBT = 2;
const RETRY_MS_MIN = 1_000;
/** What to say when nothing has ended yet, or when the backlog is short and stands still. */
const RETRY_MS_STALLED = 5_000;

/**
 * The orders and uploads of one process that wait for admission. Their wait is no fault of the database, so it has its own
 * bound, its own refusal, and no connection of the pool.
 */
export function createAdmissionQueue(options: AdmissionQueueOptions): AdmissionQueue {
  const { places, waitWithinMs, waitingLimit, isBusy, failsAll, clock = () => performance.now() } = options;
  const waiting: Waiter[] = [];
  let running = 0;
  const recentMs: number[] = [];

  /** How long the last of so many waits, or null while too little is known. */
  function waitMs(waiters: number): number | null {
    if (recentMs.length < RECENT_MIN) return null;
    const median = recentMs.toSorted((a, b) => a - b)[recentMs.length >> 1] ?? 0;
    return (waiters * median) / places;
  }

  function refuse(retryMsMin: number, options?: ErrorOptions): AdmissionQueueFull {
    return new AdmissionQueueFull(
      Math.max(retryMsMin, Math.ceil(waitMs(waiting.length + 1) ?? RETRY_MS_STALLED)),
      options,
    );
  }

  function takePlace(): Promise<void> {
    if (running < places) {
      running++;
      return Promise.resolve();
    }
    if (waiting.length >= waitingLimit || (waitMs(waiting.length + 1) ?? 0) > DOUBT * waitWithinMs)
      return Promise.reject(refuse(RETRY_MS_MIN));
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        start: resolve,
        reject,
        giveUpAt: clock() + waitWithinMs,
        timer: setTimeout(() => remove(waiter).reject(refuse(RETRY_MS_STALLED)), waitWithinMs),
      };
      waiting.push(waiter);
    });
  }

  function leavePlace(): void {
    const next = waiting[0];
    if (!next) running--;
    else remove(next).start(); // the place passes on
  }

  /** The newest, for as long as they would not come to their turn in time: told now, they do not wait in vain. */
  function refuseHopeless(): void {
    for (let last = waiting.at(-1); last; last = waiting.at(-1)) {
      const turnMs = waitMs(waiting.length);
      if (turnMs === null || turnMs <= DOUBT * (last.giveUpAt - clock())) return;
      remove(last).reject(refuse(RETRY_MS_MIN));
    }
  }

  function remove(waiter: Waiter): Waiter {
    clearTimeout(waiter.timer);
    waiting.splice(waiting.indexOf(waiter), 1);
    return waiter;
  }

  return {
    async run(work) {
      await takePlace();
      const startedAt = clock();
      try {
        return await work();
      } catch (error) {
        if (isBusy(error)) throw refuse(RETRY_MS_STALLED, { cause: error });
        if (failsAll(error)) for (const waiter of [...waiting]) remove(waiter).reject(error);
        throw error;
      } finally {
        const tookMs = clock() - startedAt;
        if (recentMs.push(tookMs) > RECENT) recentMs.shift();
        leavePlace();
        refuseHopeless();
      }
    },
  };
}
