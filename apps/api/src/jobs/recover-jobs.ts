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
  failure: { kind: PRESUMED, code: null, message: 'its worker ended, or was not seen any more', providerText: null },
};

/**
 * Recovers the work of workers that are gone. Runs at the start of a single process, and every few seconds in a shared
 * deployment. PENDING jobs need nothing. A call whose answer was recorded completely ends with that answer. A call
 * without an answer may have been accepted by the provider and cannot be looked up, so its job fails as
 * `outcome_unknown`. A job with an answer whose images are not saved is adopted by this worker.
 */
export async function recoverJobs(deps: Deps): Promise<void> {
  const { store, workers, workerId, ownedAttempts, saveImages, answers, log } = deps;
  const written = new Set(await answers.list());
  for (const attempt of await workers.openAttempts(workerId)) {
    const facts = { job_id: attempt.jobId, attempt_id: attempt.attemptId };
    const isWritten = written.delete(attempt.attemptId);
    if (attempt.worker === 'lapsed') {
      if (isWritten && (await answers.resume(attempt.attemptId, { isOpen: true }))) continue;
      log.warn(facts, 'a provider call was interrupted; its outcome is unknown');
      await store.endAttempt(attempt.attemptId, PRESUMED_END, (job, now) =>
        failCall(job, 'outcome_unknown', 'unknown', now),
      );
    } else if (isUnsent(attempt)) {
      log.warn(facts, 'a grant whose commit was not acknowledged was never used; its job goes on');
      await store.endAttempt(attempt.attemptId, { outcome: 'not_sent' }, (job, now) => scheduleRetry(job, 0, now));
    }
  }
  // These attempts are closed: another worker recorded a presumed outcome before this one came back, or the end was
  // committed and the recording not removed.
  for (const attemptId of written) {
    if (!ownedAttempts.has(attemptId)) await answers.resume(attemptId, { isOpen: false });
  }
  for (const jobId of await workers.adoptSaving(workerId)) saveImages(jobId);

  /** An attempt of this worker is in `ownedAttempts` from before it is recorded until its end is committed. */
  function isUnsent({ worker, attemptId }: OpenAttempt): boolean {
    return worker === 'self' && !ownedAttempts.has(attemptId);
  }
}
