import type { JobStore } from '../store/job-store.ts';
import { expire } from './job-state.ts';

interface Deps {
  store: Pick<JobStore, 'waitingSince' | 'changeJob' | 'oldestWaiting'>;
  queueTtlMs: number;
  clock(): number;
}

/** Ends jobs that waited too long; answers when the next one will have (milliseconds since the epoch), or null. */
export async function expireJobs({ store, queueTtlMs, clock }: Deps): Promise<number | null> {
  for (const jobId of await store.waitingSince(clock() - queueTtlMs)) {
    await store.changeJob(jobId, (job) => expire(job, clock()));
  }
  const oldest = await store.oldestWaiting();
  return oldest === null ? null : oldest + queueTtlMs;
}
