import type { Family } from './model-family.ts';

/** One provider call, recorded before it is sent. */
export interface Attempt {
  attemptId: string;
  /** 1 for a job's first call; reservations that were not sent do not count. */
  number: number;
  /** Milliseconds since the epoch, by the store's clock. */
  startedAt: number;
}

/** How an attempt ended: answered, not sent, provably not accepted, failed, or unknown. */
export interface AttemptEnd {
  outcome: 'answered' | 'not_sent' | 'not_taken' | 'failed' | 'unknown';
  traceId?: string | null;
  responseId?: string | null;
  /** For the operator: kind and number of the failure, and the provider's own text. */
  failure?: { kind: string; code: number | null; message: string; providerText: string | null };
  /** Milliseconds of back-off that the provider asked for; no worker starts a call meanwhile. */
  backOffMs?: number;
}

/** Failure kind of a presumed outcome: the worker's lease lapsed. The real end replaces it if it still arrives. */
export const PRESUMED = 'interrupted';

/** The provider's rate limit counts the calls that began within this time. */
export const RATE_LIMIT_WINDOW_MS = 60_000;

/** The calls that an estimate is computed from. */
export interface RecentCalls {
  /** Calls in flight. */
  open: number;
  /** Ages of the calls started in the window, in milliseconds, oldest first. */
  startedAgoMs: number[];
  /** Remaining back-off in milliseconds; 0 when there is none. */
  backOffMs: number;
  /** Jobs waiting to retry; they start before all PENDING jobs. */
  retries: number;
}

/** A call that was answered. */
export interface AnsweredCall {
  kind: string;
  ms: number;
}

/** Past calls: the input of estimates. */
export interface CallHistory {
  recentCalls(family: Family, windowMs: number): Promise<RecentCalls>;
  /** Durations in milliseconds of the latest answered calls of one kind, newest first. */
  recentCallMs(kind: string): Promise<number[]>;
  /** The latest answered calls of all kinds of a family, newest first. */
  answeredCalls(family: Family): Promise<AnsweredCall[]>;
}
