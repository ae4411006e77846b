import type { ImageJob } from '@darkroom/contracts';
import type { ImageClient } from '@darkroom/sdk';

/** Long-polls a job until `isAwaited` holds. Rejects if the job ends in another state. */
export async function followUntil(
  sdk: ImageClient,
  jobId: string,
  isAwaited: (job: ImageJob) => boolean,
): Promise<ImageJob> {
  let job = await sdk.status(jobId);
  while (!isAwaited(job)) {
    if (job.status === 'COMPLETED' || job.status === 'FAILED') throw new Error(`It ended: ${JSON.stringify(job)}`);
    job = await sdk.status(jobId, { waitSeconds: 25, afterVersion: job.version });
  }
  return job;
}

export const isSaving = (job: ImageJob): boolean => job.status === 'PROCESSING' && job.stage === 'saving';
