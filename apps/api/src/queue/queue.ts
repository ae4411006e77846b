/**
 * Carries jobs to the provider, so many at once and no more. Which job is next is not its business: it asks when it has a
 * free place.
 */
export interface Queue {
  /** Begins to work. */
  start(): void;
  /** There may be something to do. Cheap, and never wrong to call. */
  wake(): void;
  /** Takes nothing new; resolves when what runs has ended. */
  drain(): Promise<void>;
}

/** What a queue carries to the provider. */
export interface Calls {
  /** At once, in this process: p-queue's bound, and the only one. */
  concurrency: number;
  takeNext: TakeNext;
}

/** What a queue does with a free place: begin the next job, and give back how it runs. */
export type TakeNext = () => Promise<Taken>;

export type Taken =
  | { kind: 'running'; done: Promise<void> }
  /** Nothing to begin now; `retryAt` (milliseconds since the epoch) is when that changes by time alone. */
  | { kind: 'idle'; retryAt: number | null };
