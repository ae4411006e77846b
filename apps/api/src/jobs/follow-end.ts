import { hasEnded } from '../job/job-state.ts';
import type { JobStore } from '../store/job-store.ts';

/**
 * Aborts `signal` once the job has ended or was deleted: further work for it is useless. Call `stop` to unsubscribe.
 */
export async function followJobEnd(
  store: Pick<JobStore, 'getJob' | 'onChange'>,
  jobId: string,
): Promise<{ signal: AbortSignal; stop(): void }> {
  const ended = new AbortController();
  async function look(): Promise<void> {
    const job = await store.getJob(jobId).catch(() => undefined); // an unavailable database says nothing about the job
    if (job === null || (job && hasEnded(job))) ended.abort();
  }
  const stop = store.onChange(jobId, () => void look());
  await look();
  return { signal: ended.signal, stop };
}
