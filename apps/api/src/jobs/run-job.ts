import { randomUUID } from 'node:crypto';
import type { Charged } from '@darkroom/contracts';
import type { FileStore } from '../files/file-store.ts';
import type { ImageProvider, ProviderOutcome, Reference } from '../provider/image-provider.ts';
import type { TakeNext } from '../queue/queue.ts';
import type {
  Attempt,
  AttemptEnd,
  JobStore,
  PictureSource,
  StartOutcome,
  StoredJob,
  Transition,
} from '../store/job-store.ts';
import { storeFile } from './ask-files.ts';
import { expectedCallMs } from './estimate.ts';
import type { FileLedger } from './file-ledger.ts';
import { followEnd } from './follow-end.ts';
import { failCall, hasEnded, isSaving, repeatAfter, startCall, startSaving } from './job-state.ts';
import { joinSignals } from './join-signals.ts';
import type { Log } from './log.ts';
import { untilItWorks } from './until-it-works.ts';

/** interface.md, section 2: a call that provably was not taken is made at most this often in all. */
const MAX_CALLS = 5;
const REPEAT_LONGEST_MS = 60_000;
/** No Retry-After holds everybody back for longer: a senseless one must not silence a deployment for days. */
const QUIET_LONGEST_MS = 3_600_000;
const PACE_WINDOW_MS = 60_000;
/**
 * Some time passes from the grant of a call to its first byte, so the window is kept this much longer, and a grant that was
 * not used within it is given back.
 */
const GRANT_MARGIN_MS = 1_000;

interface Deps {
  store: JobStore;
  files: Pick<FileStore, 'put'>;
  ledger: Pick<FileLedger, 'whileWriting' | 'finishDeletion'>;
  provider: ImageProvider;
  loadReference(request: StoredJob['request']): Promise<Reference | null>;
  /** Begins to fetch the pictures of a job that has its answer. */
  savePictures(jobId: string): void;
  workerId: string;
  /** Attempts that this worker begins, until their end is committed: any other attempt of its own was never sent. */
  heldAttempts: Set<string>;
  /** Calls of all workers that may begin in a minute; 0 = no bound. */
  rpm: number;
  queueTtlMs: number;
  /** First wait before a repeat; it doubles. */
  retryBaseMs: number;
  /** Milliseconds since the epoch, by this machine. */
  clock(): number;
  /** Milliseconds that pass evenly, whatever is done to the machine's clock. */
  stopwatch(): number;
  /** 0 to 1, for jitter. */
  random(): number;
  log: Log;
  /** Aborts when the process can wait no longer. */
  stopping: AbortSignal;
}

/** Takes jobs to the provider, one paid call each: the order of writes is architecture.md's. */
export function createTakeNext(deps: Deps): TakeNext {
  const { store, files, ledger, provider, heldAttempts, rpm, queueTtlMs, clock, stopwatch, log, stopping } = deps;

  /** Jobs whose last grant went stale. */
  const lateJobs = new Set<string>();

  async function runCall(job: StoredJob, attempt: Attempt, askedAt: number): Promise<void> {
    const facts = { job_id: job.jobId, attempt_id: attempt.attemptId, call: attempt.number };
    let reached: Reached = { outcome: 'not_sent', charged: 'no' };
    try {
      const load = () => deps.loadReference(job.request);
      const reference = await untilItWorks(load, { log, task: 'read the photograph of an order', signal: stopping });
      if (!(await maySend(job.jobId, askedAt))) return await giveBack(attempt);
      log.info(facts, 'provider call starts');
      reached = { outcome: 'unknown', charged: 'unknown' };
      const outcome = await provider.generate({ request: job.request, reference });
      reached = reachedBy(outcome);
      log.info({ ...facts, ...describe(outcome), ms: Math.round(stopwatch() - askedAt) }, 'provider call ended');
      await keepOutcome(job, attempt, outcome);
    } catch (err) {
      if (stopping.aborted) return; // what is on disk decides at the next start
      log.error({ err, ...facts }, 'a job failed by a fault of ours');
      const { outcome, charged } = reached;
      await endAttempt(attempt, { outcome }, (current, now) => failCall(current, 'internal', charged, now));
    }
  }

  async function keepOutcome(job: StoredJob, attempt: Attempt, outcome: ProviderOutcome): Promise<void> {
    const ids = { traceId: outcome.traceId, responseId: outcome.responseId };
    switch (outcome.kind) {
      case 'answered': {
        const keys = outcome.images.flatMap((image, position) =>
          'url' in image ? [] : [sourceKey(job.jobId, position)],
        );
        const after = await whileWriting(job.jobId, keys, async () => {
          const pictures = await keepImages(job.jobId, outcome.images);
          return endAttempt(attempt, { outcome: 'answered', ...ids }, startSaving, pictures);
        });
        if (after && isSaving(after.state)) deps.savePictures(after.jobId);
        if (!after) await ledger.finishDeletion(job.jobId); // it was deleted during the call
        return;
      }
      case 'not_taken': {
        const waitMs = repeatWaitMs(attempt.number, outcome.retryAfterMs);
        const isTooLong = (outcome.retryAfterMs ?? 0) > queueTtlMs; // who would wait so long is better told now
        const isLast = attempt.number >= MAX_CALLS || isTooLong;
        const end = {
          outcome: 'not_taken' as const,
          ...ids,
          failure: outcome.failure,
          // What was too much was too much of all workers together.
          ...(outcome.errorCode === 'provider_rate_limited' && { quietMs: Math.min(waitMs, QUIET_LONGEST_MS) }),
        };
        await endAttempt(attempt, end, (current, now) =>
          isLast ? failCall(current, outcome.errorCode, 'no', now) : repeatAfter(current, waitMs, now),
        );
        return;
      }
      case 'failed': {
        const end = {
          outcome: reachedBy(outcome).outcome,
          ...ids,
          failure: outcome.failure,
        } as const;
        await endAttempt(attempt, end, (current, now) => failCall(current, outcome.errorCode, outcome.charged, now));
        return;
      }
    }
  }

  /** Pictures that came by value are kept in our own files before the answer is committed, while the job wants them. */
  async function keepImages(
    jobId: string,
    images: Extract<ProviderOutcome, { kind: 'answered' }>['images'],
  ): Promise<PictureSource[]> {
    const end = await followEnd(store, jobId);
    const either = joinSignals([stopping, end.signal]);
    const { signal } = either;
    const sources: PictureSource[] = [];
    try {
      for (const [position, image] of images.entries()) {
        if ('url' in image) {
          sources.push(image);
          continue;
        }
        const key = sourceKey(jobId, position);
        await untilItWorks(() => storeFile(files, key, image.bytes), { log, task: 'keep a provider answer', signal });
        sources.push({ key });
      }
      return sources;
    } catch (error) {
      if (stopping.aborted || !end.signal.aborted) throw error;
      return sources; // the answer still settles what the job cost
    } finally {
      either.part();
      end.stop();
    }
  }

  /** What was paid for waits for a database that is away. */
  function whileWriting<T>(jobId: string, keys: string[], work: () => Promise<T>): Promise<T> {
    const options = { log, task: 'remember what is about to be written', signal: stopping };
    return ledger.whileWriting(keys, work, { jobId, insist: (sayIt) => untilItWorks(sayIt, options) });
  }

  async function endAttempt(attempt: Attempt, end: AttemptEnd, step: Transition, pictures?: PictureSource[]) {
    const work = () => store.endAttempt(attempt.attemptId, end, step, pictures);
    const after = await untilItWorks(work, { log, task: 'commit the end of a call', signal: stopping });
    heldAttempts.delete(attempt.attemptId);
    return after;
  }

  /** Not for a job that was given up meanwhile, and not with a grant that went stale. */
  async function maySend(jobId: string, askedAt: number): Promise<boolean> {
    let readAt = 0;
    const look = () => {
      readAt = stopwatch();
      return store.getJob(jobId);
    };
    const job = await untilItWorks(look, { log, task: 'look whether a job is wanted', signal: stopping });
    if (job === null || hasEnded(job)) return false;
    // Without a pace a grant keeps, but not what was read before a standstill: the job may have been given up in it.
    if (stopwatch() - (rpm === 0 ? readAt : askedAt) <= GRANT_MARGIN_MS) return true;
    // A machine that is always this slow sends late rather than never: the provider's own limit is the net below.
    if (lateJobs.delete(jobId)) return true;
    lateJobs.add(jobId);
    return false;
  }

  /** The grant was not used; a job that still wants one takes its turn again at once. */
  async function giveBack(attempt: Attempt): Promise<void> {
    await endAttempt(attempt, { outcome: 'not_sent' }, (current, now) => repeatAfter(current, 0, now));
  }

  /** Milliseconds before the call is repeated, and before anybody calls a provider that had too many. */
  function repeatWaitMs(calls: number, retryAfterMs: number | null): number {
    const backoffMs = Math.min(deps.retryBaseMs * 2 ** (calls - 1) * (1 + deps.random() / 4), REPEAT_LONGEST_MS);
    return Math.round(Math.max(backoffMs, retryAfterMs ?? 0));
  }

  async function startNext(attemptId: string): Promise<StartOutcome> {
    heldAttempts.add(attemptId); // before anybody can see it
    try {
      return await store.startNextCall({
        attemptId,
        workerId: deps.workerId,
        rpm,
        windowMs: PACE_WINDOW_MS + GRANT_MARGIN_MS,
        maxWaitMs: queueTtlMs,
        step: (job, { startedAt, recentCallMs }) =>
          startCall(job, { startedAt, expectedMs: expectedCallMs(recentCallMs) }),
      });
    } catch (error) {
      heldAttempts.delete(attemptId); // granted all the same, perhaps: it is found, and taken back
      throw error;
    }
  }

  return async function takeNext() {
    const attemptId = randomUUID();
    const askedAt = stopwatch(); // before the grant, whatever the database's clock says
    const outcome = await startNext(attemptId);
    if (outcome.kind === 'started') {
      return { kind: 'running', done: runCall(outcome.job, outcome.attempt, askedAt) };
    }
    heldAttempts.delete(attemptId);
    return { kind: 'idle', retryAt: outcome.retryInMs === null ? null : clock() + outcome.retryInMs };
  };
}

function sourceKey(jobId: string, position: number): string {
  return `${jobId}-${position}-source.bin`;
}

/** How far a call got, for the case that a fault of ours ends it. */
interface Reached {
  outcome: AttemptEnd['outcome'];
  charged: Charged;
}

function reachedBy(outcome: ProviderOutcome): Reached {
  switch (outcome.kind) {
    case 'answered':
      return { outcome: 'answered', charged: 'yes' };
    case 'not_taken':
      return { outcome: 'not_taken', charged: 'no' };
    case 'failed':
      return { outcome: outcome.charged === 'unknown' ? 'unknown' : 'failed', charged: outcome.charged };
  }
}

function describe(outcome: ProviderOutcome): Record<string, unknown> {
  const ids = { outcome: outcome.kind, trace_id: outcome.traceId };
  if (outcome.kind === 'answered') return { ...ids, images: outcome.images.length };
  const { kind: failure, code, message: reason } = outcome.failure;
  return { ...ids, failure, code, reason };
}
