import { randomUUID } from 'node:crypto';
import { ImageError } from '@darkroom/contracts';
import type { AnswerSpool } from '../files/file-store.ts';
import { type Attempt, RATE_LIMIT_WINDOW_MS } from '../job/attempt.ts';
import { expectedCallMs } from '../job/estimate.ts';
import { failCall, hasEnded, scheduleRetry, startCall } from '../job/job-state.ts';
import type { Family } from '../job/model-family.ts';
import type { StoredJob } from '../job/stored-job.ts';
import type { ImageProvider, ProviderOutcome, Reference } from '../provider/image-provider.ts';
import type { TakeNext } from '../queue/queue.ts';
import type { JobStore, StartOutcome } from '../store/job-store.ts';
import { type CallResult, type CommitOutcomeDeps, createOutcomeCommitter, resultOf } from './commit-outcome.ts';
import { retryUntilAvailable } from './retry-until-available.ts';

/**
 * Maximum age of a reservation when its call is sent; an older one is released unused. Time passes between the
 * reservation and the first byte of the call, so the rate-limit window is extended by this much.
 */
const RESERVATION_MAX_AGE_MS = 1_000;

interface Deps extends CommitOutcomeDeps {
  store: JobStore;
  provider: Pick<ImageProvider, 'generate'>;
  /** Records an answer from its first byte until the end of its call is committed. */
  spool: Pick<AnswerSpool, 'record' | 'remove'>;
  loadReferences(request: StoredJob['request']): Promise<Reference[]>;
  workerId: string;
  /** Attempts of this worker, from before the reservation until the end is committed. Any other one was never sent. */
  ownedAttempts: Set<string>;
  /** The family of models whose jobs it takes. */
  family: Family;
  /** Rate limit of the family: calls of all workers per minute; 0 = none. */
  rpm: number;
}

/** Takes the next job and makes one paid provider call for it. The order of writes is that of architecture.md. */
export function createTakeNext(deps: Deps): TakeNext {
  const { store, provider, spool, ownedAttempts, family, rpm, queueTtlMs, clock, log, stopping } = deps;
  const { commitOutcome, commitArrival, endAttempt } = createOutcomeCommitter(deps);

  /** Jobs whose last reservation got too old. */
  const lateJobs = new Set<string>();

  async function runCall(job: StoredJob, attempt: Attempt, requestedAt: number): Promise<void> {
    const fields = { job_id: job.jobId, attempt_id: attempt.attemptId, call: attempt.number };
    let result: CallResult = { outcome: 'not_sent', charged: 'no' };
    try {
      // A deletion of the job takes its uploads with it: then there is nothing to read, and nothing to send.
      const load = () =>
        deps.loadReferences(job.request).catch(async (error: unknown) => {
          const isOutage = error instanceof ImageError;
          if (!isOutage && (await store.getJob(job.jobId)) === null) return null;
          throw error;
        });
      const references = await retryUntilAvailable(load, {
        clock,
        log,
        task: 'read the references of a job',
        signal: stopping,
      });
      if (references === null || !(await maySend(job.jobId, requestedAt))) return await releaseReservation(attempt);
      log.info(fields, 'provider call starts');
      result = { outcome: 'unknown', charged: 'unknown' };
      const call = { jobId: job.jobId, attemptId: attempt.attemptId, number: attempt.number, family };
      const outcome = await provider.generate(
        { request: job.request, references },
        { recorder: spool.record(call), onImage: (image) => commitArrival(call, image) },
      );
      result = resultOf(outcome);
      logOutcome(outcome, { ...fields, ms: Math.round(clock.monotonic() - requestedAt) });
      await commitOutcome(call, outcome);
      await forgetAttempt(attempt);
    } catch (err) {
      if (stopping.aborted) return; // the next start recovers from the database and the recorded answers
      log.error({ err, ...fields }, 'job failed: internal error');
      const { outcome, charged } = result;
      await endAttempt(attempt.attemptId, { outcome }, (current, now) => failCall(current, 'internal', charged, now));
      await forgetAttempt(attempt);
    }
  }

  /** Called once the attempt's end is committed. */
  async function forgetAttempt({ attemptId }: Attempt): Promise<void> {
    ownedAttempts.delete(attemptId);
    await spool.remove(attemptId);
  }

  /**
   * Logs an error when every request would fail until the operator acts, and a warning while such a call may be
   * retried.
   */
  function logOutcome(outcome: ProviderOutcome, fields: Record<string, unknown>): void {
    const needsOperator = outcome.kind !== 'answered' && outcome.diagnosis?.needsOperator === true;
    const isCut = outcome.kind === 'answered' && outcome.failure !== undefined;
    const level = isCut ? 'warn' : !needsOperator ? 'info' : outcome.kind === 'failed' ? 'error' : 'warn';
    log[level]({ ...fields, ...describe(outcome) }, 'provider call ended');
  }

  /** False when the job has ended or was deleted meanwhile, or when the reservation is too old. */
  async function maySend(jobId: string, requestedAt: number): Promise<boolean> {
    let readAt = 0;
    const readJob = () => {
      readAt = clock.monotonic();
      return store.getJob(jobId);
    };
    const job = await retryUntilAvailable(readJob, {
      clock,
      log,
      task: 'check whether a job may still be sent',
      signal: stopping,
    });
    if (job === null || hasEnded(job)) return false;
    // Without a rate limit a reservation does not age. The job's state does: if the process was suspended after reading
    // it, the job may have been canceled meanwhile.
    if (clock.monotonic() - (rpm === 0 ? readAt : requestedAt) <= RESERVATION_MAX_AGE_MS) return true;
    // Send the second time even if late: a machine that is always this slow would never send otherwise. The provider's
    // own rate limit is the safety net.
    if (lateJobs.delete(jobId)) return true;
    lateJobs.add(jobId);
    return false;
  }

  /** Releases a reservation that was not used. A job that has not ended is due for another one at once. */
  async function releaseReservation(attempt: Attempt): Promise<void> {
    await endAttempt(attempt.attemptId, { outcome: 'not_sent' }, (current, now) => scheduleRetry(current, 0, now));
    ownedAttempts.delete(attempt.attemptId);
  }

  async function startNext(attemptId: string): Promise<StartOutcome> {
    ownedAttempts.add(attemptId); // before its row is visible
    try {
      return await store.startNextCall({
        attemptId,
        workerId: deps.workerId,
        family,
        rpm,
        windowMs: RATE_LIMIT_WINDOW_MS + RESERVATION_MAX_AGE_MS,
        maxWaitMs: queueTtlMs,
        step: (job, { startedAt, recentCallMs }) =>
          startCall(job, { startedAt, expectedMs: expectedCallMs(job.request, recentCallMs) }),
      });
    } catch (error) {
      ownedAttempts.delete(attemptId); // if it was committed all the same, recovery releases it
      throw error;
    }
  }

  return async function takeNext() {
    const attemptId = randomUUID();
    const requestedAt = clock.monotonic(); // before the reservation, by the local clock
    const outcome = await startNext(attemptId);
    if (outcome.kind === 'started') {
      return { kind: 'running', done: runCall(outcome.job, outcome.attempt, requestedAt) };
    }
    ownedAttempts.delete(attemptId);
    return { kind: 'idle', retryAt: outcome.retryInMs === null ? null : clock.now() + outcome.retryInMs };
  };
}

function describe(outcome: ProviderOutcome): Record<string, unknown> {
  const ids = { outcome: outcome.kind, trace_id: outcome.traceId };
  if (outcome.kind === 'answered') {
    const { images, failure } = outcome;
    return { ...ids, images: images.length, ...(failure && { failure: failure.kind, reason: failure.message }) };
  }
  const { kind: failure, code, message: reason } = outcome.failure;
  const { host = null, needsOperator = false } = outcome.diagnosis ?? {};
  return { ...ids, failure, code, host, reason, ...(needsOperator && { hint: OPERATOR_HINT }) };
}

const OPERATOR_HINT = 'check MINIMAX_BASE_URL, MINIMAX_API_KEY, the account, and DNS, TLS and proxies on the way';
