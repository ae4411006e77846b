import { wantsImages } from '../job/job-state.ts';
import type { JobStore } from '../store/job-store.ts';

/** Signals that end the work for one job. */
export interface JobEnd {
  /** Aborts once no image of the job is wanted any more: it has ended or was deleted. */
  jobEnded: AbortSignal;
  /** Aborts when `jobEnded` does, or when the process stops. */
  stopped: AbortSignal;
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
  const jobEnded = new AbortController();
  const stopped = new AbortController();
  const end = () => stopped.abort();
  jobEnded.signal.addEventListener('abort', end);
  stopping.addEventListener('abort', end);
  if (stopping.aborted) end();

  async function readJob(): Promise<void> {
    const job = await store.getJob(jobId).catch(() => undefined); // an unavailable database says nothing about the job
    if (job === null || (job && !wantsImages(job))) jobEnded.abort();
  }
  const unsubscribe = store.onChange(jobId, () => void readJob());
  await readJob();
  return {
    jobEnded: jobEnded.signal,
    stopped: stopped.signal,
    stop() {
      stopping.removeEventListener('abort', end);
      unsubscribe();
    },
  };
}
