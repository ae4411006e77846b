import type { Family } from '../job/model-family.ts';

/**
 * Runs provider calls with bounded concurrency. It does not choose the next job: it calls `takeNext` whenever a slot is
 * free.
 */
export interface Queue {
  /** Starts taking jobs. */
  start(): void;
  /** Signals that a job may be waiting. Cheap; a superfluous call does no harm. */
  wake(): void;
  /** Takes no further job; resolves when the running calls have ended. */
  drain(): Promise<void>;
}

/** The provider calls that a queue runs. */
export interface Calls {
  /** Slots of this process. p-queue enforces this bound; nothing else does. */
  concurrency: number;
  takeNext: TakeNext;
}

/** Called with a free slot: starts the next job, and returns the promise of its end. */
export type TakeNext = () => Promise<Taken>;

export type Taken =
  | { kind: 'running'; done: Promise<void> }
  /**
   * Nothing may start now; `retryAt` (milliseconds since the epoch) is when that changes by time alone, null: never.
   */
  | { kind: 'idle'; retryAt: number | null };

/** One queue for each model family, with slots of its own: a long call of one does not hold up the others. */
export interface FamilyQueues {
  /** Starts taking jobs of all families. */
  start(): void;
  /** Signals that a job may be waiting: of this family, or of any. */
  wake(family?: Family): void;
  /** Takes no further job; resolves when the running calls have ended. */
  drain(): Promise<void>;
}

/** Milliseconds after a fault until a queue tries again. */
export const AFTER_FAULT_MS = 1_000;
