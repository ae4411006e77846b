import type { Charged } from '@darkroom/contracts';
import type { FileStore } from '../files/file-store.ts';
import type { ImageProvider, ProviderOutcome, Reference } from '../provider/image-provider.ts';
import type { TakeNext } from '../queue/queue.ts';
import type { Attempt, AttemptEnd, JobStore, PictureSource, StoredJob, Transition } from '../store/job-store.ts';
import { storeFile } from './ask-files.ts';
import { expectedCallMs } from './estimate.ts';
import { followEnd } from './follow-end.ts';
import { failCall, hasEnded, isSaving, startCall, startSaving, waitToRepeat } from './job-state.ts';
import type { Log } from './log.ts';
import { generatingProgress } from './progress.ts';
import { untilItWorks } from './until-it-works.ts';

/** interface.md, section 2: a call that provably was not taken is made at most this often in all. */
const MAX_CALLS = 5;
const REPEAT_LONGEST_MS = 60_000;
const PACE_WINDOW_MS = 60_000;
/**
 * Some time passes from the grant of a call to its first byte, so the window is kept this much longer, and a grant that was
 * not used within it is given back.
 */
const GRANT_MARGIN_MS = 1_000;

interface Deps {
  store: JobStore;
  files: Pick<FileStore, 'put' | 'delete'>;
  provider: ImageProvider;
  loadReference(request: StoredJob['request']): Promise<Reference | null>;
  /** Begins to fetch the pictures of a job that has its answer. */
  savePictures(jobId: string): void;
  /** Calls that may begin in a minute; 0 = no bound. */
  rpm: number;
  queueTtlMs: number;
  /** First wait before a repeat; it doubles. */
  retryBaseMs: number;
  clock(): number;
  /** 0 to 1, for jitter. */
  random(): number;
  log: Log;
  /** Aborts when the process can wait no longer. */
  stopping: AbortSignal;
}

/** Takes jobs to the provider, one paid call each: the order of writes is architecture.md's. */
export function createTakeNext(deps: Deps): TakeNext {
  const { store, files, provider, rpm, queueTtlMs, clock, log, stopping } = deps;

  /** Jobs whose last grant went stale. */
  const lateJobs = new Set<string>();

  async function runCall(job: StoredJob, attempt: Attempt): Promise<void> {
    const facts = { job_id: job.jobId, attempt_id: attempt.attemptId, call: attempt.number };
    let reached: Reached = { outcome: 'not_sent', charged: 'no' };
    try {
      const reference = await deps.loadReference(job.request);
      if (!(await maySend(job.jobId, attempt))) return await giveBack(attempt);
      log.info(facts, 'provider call starts');
      reached = { outcome: 'unknown', charged: 'unknown' };
      const outcome = await provider.generate({ request: job.request, reference });
      reached = reachedBy(outcome);
      log.info({ ...facts, ...describe(outcome), ms: clock() - attempt.startedAt }, 'provider call ended');
      await keepOutcome(job, attempt, outcome);
    } catch (err) {
      if (stopping.aborted) return; // what is on disk decides at the next start
      log.error({ err, ...facts }, 'a job failed by a fault of ours');
      const { outcome, charged } = reached;
      await endAttempt(attempt, { outcome }, (current) => failCall(current, 'internal', charged, clock()));
    }
  }

  async function keepOutcome(job: StoredJob, attempt: Attempt, outcome: ProviderOutcome): Promise<void> {
    const ids = { traceId: outcome.traceId, responseId: outcome.responseId };
    switch (outcome.kind) {
      case 'answered': {
        const pictures = await keepImages(job.jobId, outcome.images);
        const after = await endAttempt(attempt, { outcome: 'answered', ...ids }, startSaving, pictures);
        if (after && isSaving(after.state)) deps.savePictures(after.jobId);
        if (!after) await dropImages(pictures);
        return;
      }
      case 'not_taken': {
        const end = { outcome: 'not_taken' as const, ...ids, failure: outcome.failure };
        const waitMs = repeatWaitMs(attempt.number, outcome.retryAfterMs);
        await endAttempt(attempt, end, (current) =>
          waitMs === null ? failCall(current, outcome.errorCode, 'no', clock()) : repeatAfter(current, waitMs),
        );
        return;
      }
      case 'failed': {
        const end = {
          outcome: reachedBy(outcome).outcome,
          ...ids,
          failure: outcome.failure,
        } as const;
        await endAttempt(attempt, end, (current) => failCall(current, outcome.errorCode, outcome.charged, clock()));
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
    const signal = AbortSignal.any([stopping, end.signal]);
    const sources: PictureSource[] = [];
    try {
      for (const [position, image] of images.entries()) {
        if ('url' in image) {
          sources.push(image);
          continue;
        }
        const key = `${jobId}-${position}-source.bin`;
        await untilItWorks(() => storeFile(files, key, image.bytes), { log, task: 'keep a provider answer', signal });
        sources.push({ key });
      }
      return sources;
    } catch (error) {
      if (stopping.aborted || !end.signal.aborted) throw error;
      return sources; // the answer still settles what the job cost
    } finally {
      end.stop();
    }
  }

  /** Their job was deleted during the call. What fails here is left to the sweep. */
  async function dropImages(sources: PictureSource[]): Promise<void> {
    const keys = sources.flatMap((source) => ('key' in source ? [source.key] : []));
    await files.delete(keys).catch(() => {});
  }

  function endAttempt(attempt: Attempt, end: AttemptEnd, step: Transition, pictures?: PictureSource[]) {
    const work = () => store.endAttempt(attempt.attemptId, end, step, pictures);
    return untilItWorks(work, { log, task: 'commit the end of a call', signal: stopping });
  }

  /** Not for a job that was given up meanwhile, and not with a grant that went stale. */
  async function maySend(jobId: string, attempt: Attempt): Promise<boolean> {
    const job = await store.getJob(jobId);
    if (job === null || hasEnded(job)) return false;
    if (rpm === 0 || clock() - attempt.startedAt <= GRANT_MARGIN_MS) return true;
    // A machine that is always this slow sends late rather than never: the provider's own limit is the net below.
    if (lateJobs.delete(jobId)) return true;
    lateJobs.add(jobId);
    return false;
  }

  /** The grant was not used; a job that still wants one takes its turn again at once. */
  async function giveBack(attempt: Attempt): Promise<void> {
    await endAttempt(attempt, { outcome: 'not_sent' }, (current) => repeatAfter(current, 0));
  }

  function repeatAfter(job: StoredJob, waitMs: number): StoredJob | null {
    const now = clock();
    const { state } = job;
    const generating = state.status === 'PROCESSING' && state.stage === 'generating';
    const progressFrom = generating ? generatingProgress(state, now) : 1;
    return waitToRepeat(job, { repeatAt: now + waitMs, progressFrom });
  }

  /** Milliseconds before the call is repeated; null when it is not. */
  function repeatWaitMs(calls: number, retryAfterMs: number | null): number | null {
    if (calls >= MAX_CALLS) return null;
    const backoffMs = Math.min(deps.retryBaseMs * 2 ** (calls - 1) * (1 + deps.random() / 4), REPEAT_LONGEST_MS);
    const waitMs = Math.max(backoffMs, retryAfterMs ?? 0);
    // A job that would wait longer than any may wait in the queue is better told now.
    return waitMs > queueTtlMs ? null : Math.round(waitMs);
  }

  return async function takeNext() {
    const outcome = await store.startNextCall({
      rpm,
      windowMs: PACE_WINDOW_MS + GRANT_MARGIN_MS,
      notBefore: clock() - queueTtlMs,
      step: (job, { startedAt, recentCallMs }) =>
        startCall(job, { startedAt, expectedMs: expectedCallMs(recentCallMs) }),
    });
    if (outcome.kind === 'idle') return outcome;
    return { kind: 'running', done: runCall(outcome.job, outcome.attempt) };
  };
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
