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
  /** Attempts whose end this worker will bring. */
  ownedAttempts: ReadonlySet<string>;
  saveImages(jobId: string): void;
  /** Answers that workers on this machine had written down. */
  answers: Pick<AnswerResumer, 'list' | 'resume'>;
  log: Log;
}

const PRESUMED_END: AttemptEnd = {
  outcome: 'unknown',
  failure: { kind: PRESUMED, code: null, message: 'its worker ended, or was not seen any more', providerText: null },
};

/**
 * What workers left undone that are no more: at the start of the only process, and every few seconds where there may be
 * others. Waiting jobs need nothing. A call whose answer was written down whole ends with that. One without an answer may have
 * been taken and cannot be looked up, so its job says that nobody knows; an answer without pictures goes on here.
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
  // Another worker presumed their outcome before this one came back, or they were committed and not removed any more.
  for (const attemptId of written) {
    if (!ownedAttempts.has(attemptId)) await answers.resume(attemptId, { isOpen: false });
  }
  for (const jobId of await workers.adoptSaving(workerId)) saveImages(jobId);

  /** Whoever sends a call holds its attempt before it is on record, and until its end is. */
  function isUnsent({ worker, attemptId }: OpenAttempt): boolean {
    return worker === 'self' && !ownedAttempts.has(attemptId);
  }
}
