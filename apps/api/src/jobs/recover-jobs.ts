import { type AttemptEnd, PRESUMED } from '../job/attempt.ts';
import { failCall, scheduleRetry } from '../job/job-state.ts';
import type { JobStore } from '../store/job-store.ts';
import type { OpenAttempt, WorkerStore } from '../store/worker-store.ts';
import type { Log } from './log.ts';
import type { AnswerResumer } from './resume-answers.ts';

interface Deps {
  store: Pick<JobStore, 'endAttempt'>;
  workers: Pick<WorkerStore, 'openAttempts' | 'adoptSaving'>;
  workerId: string;
  /** Attempts whose end this worker will commit. */
  ownedAttempts: ReadonlySet<string>;
  saveImages(jobId: string): void;
  /** Answers that workers on this machine recorded. */
  answers: Pick<AnswerResumer, 'list' | 'resume'>;
  log: Log;
}

const PRESUMED_END: AttemptEnd = {
  outcome: 'unknown',
  failure: { kind: PRESUMED, code: null, message: 'its worker ended or lost its lease', providerText: null },
};

/**
 * Recovers the work of workers that are gone. Runs at the start of a single process, and every few seconds in a shared
 * deployment. PENDING jobs need nothing. A call whose answer was recorded completely ends with that answer. A call
 * without an answer may have been accepted by the provider and cannot be looked up, so its job fails as
 * `outcome_unknown`. A job with an answer whose images are not saved is adopted by this worker.
 */
export async function recoverJobs(deps: Deps): Promise<void> {
  const { store, workers, workerId, ownedAttempts, saveImages, answers, log } = deps;
  const recorded = new Set(await answers.list());
  for (const attempt of await workers.openAttempts(workerId)) {
    const fields = { job_id: attempt.jobId, attempt_id: attempt.attemptId };
    recorded.delete(attempt.attemptId);
    if (attempt.worker === 'lapsed') {
      if (await answers.resume(attempt.attemptId, { isOpen: true })) continue;
      log.warn(fields, 'provider call interrupted; its outcome is unknown');
      await store.endAttempt(attempt.attemptId, PRESUMED_END, (job, now) =>
        failCall(job, 'outcome_unknown', 'unknown', now),
      );
    } else if (isUnusedReservation(attempt)) {
      log.warn(fields, 'unused reservation released: its commit had not been acknowledged');
      await store.endAttempt(attempt.attemptId, { outcome: 'not_sent' }, (job, now) => scheduleRetry(job, 0, now));
    }
  }
  // These attempts are closed: another worker recorded a presumed outcome before this one came back, or the end was
  // committed and the recording not removed.
  for (const attemptId of recorded) {
    if (!ownedAttempts.has(attemptId)) await answers.resume(attemptId, { isOpen: false });
  }
  for (const jobId of await workers.adoptSaving(workerId)) saveImages(jobId);

  /** An attempt of this worker is in `ownedAttempts` from before it is recorded until its end is committed. */
  function isUnusedReservation({ worker, attemptId }: OpenAttempt): boolean {
    return worker === 'self' && !ownedAttempts.has(attemptId);
  }
}
