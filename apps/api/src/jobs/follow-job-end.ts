import { hasEnded } from '../job/job-state.ts';
import type { JobStore } from '../store/job-store.ts';

/** Signals that end the work for one job. */
export interface JobEnd {
  /** Aborts once the job has ended or was deleted: further work for it is useless. */
  unwanted: AbortSignal;
  /** Aborts when `unwanted` does, or when the process stops. */
  over: AbortSignal;
  /** Unsubscribes from both. */
  stop(): void;
}

/**
 * Follows the end of a job, and `stopping`, the signal of the process. `AbortSignal.any` would not do: it keeps
 * references on `stopping` for as long as that lives, which is as long as the process.
 */
export async function followJobEnd(
  store: Pick<JobStore, 'getJob' | 'onChange'>,
  jobId: string,
  stopping: AbortSignal,
): Promise<JobEnd> {
  const unwanted = new AbortController();
  const over = new AbortController();
  const end = () => over.abort();
  unwanted.signal.addEventListener('abort', end);
  stopping.addEventListener('abort', end);
  if (stopping.aborted) end();

  async function look(): Promise<void> {
    const job = await store.getJob(jobId).catch(() => undefined); // an unavailable database says nothing about the job
    if (job === null || (job && hasEnded(job))) unwanted.abort();
  }
  const unsubscribe = store.onChange(jobId, () => void look());
  await look();
  return {
    unwanted: unwanted.signal,
    over: over.signal,
    stop() {
      stopping.removeEventListener('abort', end);
      unsubscribe();
    },
  };
}
