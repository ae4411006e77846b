import type { Refusal } from './job-store.ts';

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
   * at once when that is longer than `waitWithinMs` or too many wait, else after `waitWithinMs` without a place.
   */
  run<T>(work: () => Promise<T>): Promise<T>;
}

interface Waiter {
  start(): void;
  reject(error: unknown): void;
  timer: NodeJS.Timeout;
}

/** Weight of the newest duration in the mean: some twenty of them make the figure. */
const NEWEST_WEIGHT = 0.1;
const RETRY_MS_MIN = 1_000;
/** What to say when nothing has ended yet, or when the backlog is short and stands still. */
const RETRY_MS_STALLED = 5_000;

/**
 * The orders and uploads of one process that wait for admission. Their wait is no fault of the database, so it has its own
 * bound, its own refusal, and no connection of the pool.
 */
export function createAdmissionQueue(options: AdmissionQueueOptions): AdmissionQueue {
  const { places, waitWithinMs, waitingLimit, isBusy, failsAll, clock = () => performance.now() } = options;
  const waiting = new Set<Waiter>();
  let running = 0;
  let meanMs: number | null = null;

  const backlogMs = () => (meanMs === null ? null : ((waiting.size + 1) * meanMs) / places);

  function refuse(retryMsMin: number, options?: ErrorOptions): AdmissionQueueFull {
    return new AdmissionQueueFull(Math.max(retryMsMin, Math.ceil(backlogMs() ?? RETRY_MS_STALLED)), options);
  }

  function takePlace(): Promise<void> {
    if (running < places) {
      running++;
      return Promise.resolve();
    }
    if (waiting.size >= waitingLimit || (backlogMs() ?? 0) > waitWithinMs) return Promise.reject(refuse(RETRY_MS_MIN));
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        start: resolve,
        reject,
        timer: setTimeout(() => {
          waiting.delete(waiter);
          reject(refuse(RETRY_MS_STALLED));
        }, waitWithinMs),
      };
      waiting.add(waiter);
    });
  }

  function leavePlace(): void {
    const [next] = waiting;
    if (!next) return void running--;
    remove(next).start(); // the place passes on
  }

  function remove(waiter: Waiter): Waiter {
    clearTimeout(waiter.timer);
    waiting.delete(waiter);
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
        if (failsAll(error)) for (const waiter of waiting) remove(waiter).reject(error);
        throw error;
      } finally {
        const tookMs = clock() - startedAt;
        meanMs = meanMs === null ? tookMs : meanMs + (tookMs - meanMs) * NEWEST_WEIGHT;
        leavePlace();
      }
    },
  };
}
