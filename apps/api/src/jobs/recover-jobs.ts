import type { JobStore } from '../store/job-store.ts';
import { failCall } from './job-state.ts';
import type { Log } from './log.ts';

interface Deps {
  store: Pick<JobStore, 'openAttempts' | 'endAttempt' | 'savingJobs'>;
  savePictures(jobId: string): void;
  clock(): number;
  log: Log;
}

/**
 * What the last process left undone, before this one takes anything new. Waiting jobs need nothing. A call without an answer
 * may have been taken and cannot be looked up, so its job says that nobody knows; an answer without pictures goes on.
 */
export async function recoverJobs({ store, savePictures, clock, log }: Deps): Promise<void> {
  const interrupted = await store.openAttempts();
  for (const { attemptId, jobId } of interrupted) {
    log.warn({ job_id: jobId, attempt_id: attemptId }, 'a provider call was interrupted; its outcome is unknown');
    const end = {
      outcome: 'unknown' as const,
      failure: { kind: 'interrupted', code: null, message: 'process ended', providerText: null },
    };
    await store.endAttempt(attemptId, end, (job) => failCall(job, 'outcome_unknown', 'unknown', clock()));
  }
  const saving = await store.savingJobs();
  for (const jobId of saving) savePictures(jobId);
  if (interrupted.length + saving.length > 0) {
    log.info({ interrupted: interrupted.length, saving: saving.length }, 'recovered jobs of the last process');
  }
}
