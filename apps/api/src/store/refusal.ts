import type { RequestErrorCode, UploadProblem } from '@darkroom/contracts';

/** A create or upload that exceeds a limit. */
export interface Refusal {
  code: Extract<RequestErrorCode, 'rate_limited' | 'quota_exceeded' | 'too_many_jobs' | 'queue_full'>;
  retryAfterMs: number;
  /** Detail that the code alone does not give: which quota was exceeded. */
  problem?: UploadProblem;
}
