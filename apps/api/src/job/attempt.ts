/** One provider call, recorded before it is sent. */
export interface Attempt {
  attemptId: string;
  /** 1 for a job's first call; reservations that were not sent do not count. */
  number: number;
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

/** The calls that an estimate rests on. */
export interface RecentCalls {
  /** Calls in flight. */
  open: number;
  /** Age of the calls started in the window, oldest first. */
  begunAgoMs: number[];
  /** Remaining back-off; 0 when there is none. */
  backOffMs: number;
  /** Jobs waiting to retry; they go before all waiting jobs. */
  repeats: number;
}

/** Past calls, as estimates read them. */
export interface CallHistory {
  recentCalls(windowMs: number): Promise<RecentCalls>;
  /** Durations of the latest answered calls of a kind (null: of any), newest first. */
  recentCallMs(kind: string | null): Promise<number[]>;
}
