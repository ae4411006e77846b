import { type AttemptEnd, INTERRUPTED, type JobStore } from '../store/job-store.ts';
import type { OpenAttempt, WorkerStore } from '../store/worker-store.ts';
import { failCall, repeatAfter } from './job-state.ts';
import type { Log } from './log.ts';

interface Deps {
  store: Pick<JobStore, 'endAttempt'>;
  workers: Pick<WorkerStore, 'openAttempts' | 'adoptSaving'>;
  workerId: string;
  /** Attempts whose end this worker will bring. */
  heldAttempts: ReadonlySet<string>;
  savePictures(jobId: string): void;
  log: Log;
}

const VERDICT: AttemptEnd = {
  outcome: 'unknown',
  failure: { kind: INTERRUPTED, code: null, message: 'its worker ended, or was not seen any more', providerText: null },
};

/**
 * What workers left undone that are no more: at the start of the only process, and every few seconds where there may be
 * others. Waiting jobs need nothing. A call without an answer may have been taken and cannot be looked up, so its job says
 * that nobody knows; an answer without pictures goes on here.
 */
export async function recoverJobs({ store, workers, workerId, heldAttempts, savePictures, log }: Deps): Promise<void> {
  for (const attempt of await workers.openAttempts(workerId)) {
    const facts = { job_id: attempt.jobId, attempt_id: attempt.attemptId };
    if (attempt.worker === 'lapsed') {
      log.warn(facts, 'a provider call was interrupted; its outcome is unknown');
      await store.endAttempt(attempt.attemptId, VERDICT, (job, now) =>
        failCall(job, 'outcome_unknown', 'unknown', now),
      );
    } else if (isUnsent(attempt)) {
      log.warn(facts, 'a grant whose commit was not acknowledged was never used; its job goes on');
      await store.endAttempt(attempt.attemptId, { outcome: 'not_sent' }, (job, now) => repeatAfter(job, 0, now));
    }
  }
  for (const jobId of await workers.adoptSaving(workerId)) savePictures(jobId);

  /** Whoever sends a call holds its attempt before it is on record, and until its end is. */
  function isUnsent({ worker, attemptId }: OpenAttempt): boolean {
    return worker === 'self' && !heldAttempts.has(attemptId);
  }
}
