import type { CompletedJob, FailedJob, ImageJob } from '@darkroom/contracts';

export function hasEnded(job: ImageJob): job is CompletedJob | FailedJob {
  return job.status === 'COMPLETED' || job.status === 'FAILED';
}
