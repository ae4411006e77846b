import { randomUUID } from 'node:crypto';
import type { AnswerSpool } from '../files/file-store.ts';
import type { Attempt } from '../job/attempt.ts';
import { expectedCallMs } from '../job/estimate.ts';
import { failCall, hasEnded, scheduleRetry, startCall } from '../job/job-state.ts';
import type { StoredJob } from '../job/stored-job.ts';
import type { ImageProvider, ProviderOutcome, Reference } from '../provider/image-provider.ts';
import type { TakeNext } from '../queue/queue.ts';
import type { JobStore, StartOutcome } from '../store/job-store.ts';
import { type CommitOutcomeDeps, createOutcomeCommitter, type Reached, reachedBy } from './commit-outcome.ts';
import { retryUntilAvailable } from './retry-until-available.ts';

const RATE_LIMIT_WINDOW_MS = 60_000;
/**
 * Some time passes from the grant of a call to its first byte, so the window is kept this much longer, and a grant that was
 * not used within it is given back.
 */
const RESERVATION_MAX_AGE_MS = 1_000;

interface Deps extends CommitOutcomeDeps {
  store: JobStore;
  provider: Pick<ImageProvider, 'generate'>;
  /** Where an answer is kept from its first byte until its end is committed. */
  spool: Pick<AnswerSpool, 'record' | 'remove'>;
  loadReference(request: StoredJob['request']): Promise<Reference | null>;
  workerId: string;
  /** Attempts that this worker begins, until their end is committed: any other attempt of its own was never sent. */
  ownedAttempts: Set<string>;
  /** Calls of all workers that may begin in a minute; 0 = no bound. */
  rpm: number;
  /** Milliseconds since the epoch, by this machine. */
  clock(): number;
  /** Milliseconds that pass evenly, whatever is done to the machine's clock. */
  monotonic(): number;
}

/** Takes jobs to the provider, one paid call each: the order of writes is architecture.md's. */
export function createTakeNext(deps: Deps): TakeNext {
  const { store, provider, spool, ownedAttempts, rpm, queueTtlMs, clock, monotonic, log, stopping } = deps;
  const { commitOutcome, endAttempt } = createOutcomeCommitter(deps);

  /** Jobs whose last grant went stale. */
  const lateJobs = new Set<string>();

  async function runCall(job: StoredJob, attempt: Attempt, requestedAt: number): Promise<void> {
    const facts = { job_id: job.jobId, attempt_id: attempt.attemptId, call: attempt.number };
    let reached: Reached = { outcome: 'not_sent', charged: 'no' };
    try {
      const load = () => deps.loadReference(job.request);
      const reference = await retryUntilAvailable(load, {
        log,
        task: 'read the photograph of an order',
        signal: stopping,
      });
      if (!(await maySend(job.jobId, requestedAt))) return await releaseReservation(attempt);
      log.info(facts, 'provider call starts');
      reached = { outcome: 'unknown', charged: 'unknown' };
      const call = { jobId: job.jobId, attemptId: attempt.attemptId, number: attempt.number };
      const outcome = await provider.generate({ request: job.request, reference }, spool.record(call));
      reached = reachedBy(outcome);
      logEnd(outcome, { ...facts, ms: Math.round(monotonic() - requestedAt) });
      await commitOutcome(call, outcome);
      await letGo(attempt);
    } catch (err) {
      if (stopping.aborted) return; // what is on disk decides at the next start
      log.error({ err, ...facts }, 'a job failed by a fault of ours');
      const { outcome, charged } = reached;
      await endAttempt(attempt.attemptId, { outcome }, (current, now) => failCall(current, 'internal', charged, now));
      await letGo(attempt);
    }
  }

  /** Its end is committed. */
  async function letGo({ attemptId }: Attempt): Promise<void> {
    ownedAttempts.delete(attemptId);
    await spool.remove(attemptId);
  }

  /** An error where no other order would fare better until the operator acts; a warning while it is still tried. */
  function logEnd(outcome: ProviderOutcome, facts: Record<string, unknown>): void {
    const isOperators = outcome.kind !== 'answered' && outcome.blame?.isOperators === true;
    const level = !isOperators ? 'info' : outcome.kind === 'failed' ? 'error' : 'warn';
    log[level]({ ...facts, ...describe(outcome) }, 'provider call ended');
  }

  /** Not for a job that was given up meanwhile, and not with a grant that went stale. */
  async function maySend(jobId: string, requestedAt: number): Promise<boolean> {
    let readAt = 0;
    const look = () => {
      readAt = monotonic();
      return store.getJob(jobId);
    };
    const job = await retryUntilAvailable(look, { log, task: 'look whether a job is wanted', signal: stopping });
    if (job === null || hasEnded(job)) return false;
    // Without a pace a grant keeps, but not what was read before a standstill: the job may have been given up in it.
    if (monotonic() - (rpm === 0 ? readAt : requestedAt) <= RESERVATION_MAX_AGE_MS) return true;
    // A machine that is always this slow sends late rather than never: the provider's own limit is the net below.
    if (lateJobs.delete(jobId)) return true;
    lateJobs.add(jobId);
    return false;
  }

  /** The grant was not used; a job that still wants one takes its turn again at once. */
  async function releaseReservation(attempt: Attempt): Promise<void> {
    await endAttempt(attempt.attemptId, { outcome: 'not_sent' }, (current, now) => scheduleRetry(current, 0, now));
    ownedAttempts.delete(attempt.attemptId);
  }

  async function startNext(attemptId: string): Promise<StartOutcome> {
    ownedAttempts.add(attemptId); // before anybody can see it
    try {
      return await store.startNextCall({
        attemptId,
        workerId: deps.workerId,
        rpm,
        windowMs: RATE_LIMIT_WINDOW_MS + RESERVATION_MAX_AGE_MS,
        maxWaitMs: queueTtlMs,
        step: (job, { startedAt, recentCallMs }) =>
          startCall(job, { startedAt, expectedMs: expectedCallMs(recentCallMs) }),
      });
    } catch (error) {
      ownedAttempts.delete(attemptId); // granted all the same, perhaps: it is found, and taken back
      throw error;
    }
  }

  return async function takeNext() {
    const attemptId = randomUUID();
    const requestedAt = monotonic(); // before the grant, whatever the database's clock says
    const outcome = await startNext(attemptId);
    if (outcome.kind === 'started') {
      return { kind: 'running', done: runCall(outcome.job, outcome.attempt, requestedAt) };
    }
    ownedAttempts.delete(attemptId);
    return { kind: 'idle', retryAt: outcome.retryInMs === null ? null : clock() + outcome.retryInMs };
  };
}

function describe(outcome: ProviderOutcome): Record<string, unknown> {
  const ids = { outcome: outcome.kind, trace_id: outcome.traceId };
  if (outcome.kind === 'answered') return { ...ids, images: outcome.images.length };
  const { kind: failure, code, message: reason } = outcome.failure;
  const { host = null, isOperators = false } = outcome.blame ?? {};
  return { ...ids, failure, code, host, reason, ...(isOperators && { hint: OPERATOR_HINT }) };
}

const OPERATOR_HINT = 'check MINIMAX_BASE_URL, MINIMAX_API_KEY, the account, and DNS, TLS and proxies on the way';
