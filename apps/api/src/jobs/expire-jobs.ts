import { expire } from '../job/job-state.ts';
import type { JobStore } from '../store/job-store.ts';

interface Deps {
  store: Pick<JobStore, 'waitingFor' | 'changeJob'>;
  queueTtlMs: number;
}

/** Fails PENDING jobs that waited longer than `queueTtlMs` as `expired`. They were never sent, so never charged. */
export async function expireJobs({ store, queueTtlMs }: Deps): Promise<void> {
  for (const jobId of await store.waitingFor(queueTtlMs)) {
    await store.changeJob(jobId, expire);
  }
}
