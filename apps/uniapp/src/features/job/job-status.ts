import type { CompletedJob, FailedJob, ImageJob } from '@darkroom/contracts';
import type { ImageApiError } from '@darkroom/sdk';

export function hasEnded(job: ImageJob): job is CompletedJob | FailedJob {
  return job.status === 'COMPLETED' || job.status === 'FAILED';
}

/** There is no such job for this user, and there never will be. */
export function isGone({ code }: ImageApiError): boolean {
  return code === 'job_not_found' || code === 'forbidden';
}
