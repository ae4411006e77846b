import type { StoredJob } from '../../src/job/stored-job.ts';
import type { JobStore } from '../../src/store/job-store.ts';

/** Resolves with the job once `isSo` holds; checked after each of its changes. */
export async function untilJob(
  jobs: JobStore,
  jobId: string,
  isSo: (job: StoredJob | null) => boolean,
): Promise<StoredJob | null> {
  const found = Promise.withResolvers<StoredJob | null>();
  const look = async () => {
    const job = await jobs.getJob(jobId);
    if (isSo(job)) found.resolve(job);
  };
  const stop = jobs.onChange(jobId, () => void look().catch(found.reject));
  try {
    await look();
    return await found.promise;
  } finally {
    stop();
  }
}
