import type { RequestErrorCode, UploadProblem } from '@darkroom/contracts';

/** A create or upload past a limit. */
export interface Refusal {
  code: Extract<RequestErrorCode, 'rate_limited' | 'quota_exceeded' | 'too_many_jobs' | 'queue_full'>;
  retryAfterMs: number;
  /** What the code alone leaves open: which quota it is. */
  problem?: UploadProblem;
}
