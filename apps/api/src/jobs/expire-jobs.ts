import type { JobStore } from '../store/job-store.ts';
import { expire } from './job-state.ts';

interface Deps {
  store: Pick<JobStore, 'waitingSince' | 'changeJob'>;
  queueTtlMs: number;
  clock(): number;
}

/** Ends jobs that waited too long, never sent and never charged. */
export async function expireJobs({ store, queueTtlMs, clock }: Deps): Promise<void> {
  for (const jobId of await store.waitingSince(clock() - queueTtlMs)) {
    await store.changeJob(jobId, (job) => expire(job, clock()));
  }
}
