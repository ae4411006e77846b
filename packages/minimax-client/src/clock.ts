import { setTimeout } from 'node:timers/promises';

/** Time source of the client. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms` milliseconds. Rejects as soon as `signal` aborts. */
  sleep(ms: number, options?: { signal?: AbortSignal | undefined }): Promise<void>;
}

/** The system's time and timers. */
export const systemClock: Clock = {
  now: Date.now,
  sleep: (ms, options) => setTimeout(ms, undefined, options),
};
