import type { Charged } from '@darkroom/contracts';
import type { FileStore } from '../files/file-store.ts';
import type { AttemptEnd } from '../job/attempt.ts';
import { failCall, isSaving, scheduleRetry, startSaving } from '../job/job-state.ts';
import type { ImageSource } from '../job/stored-image.ts';
import type { StoredJob, Transition } from '../job/stored-job.ts';
import type { ProviderOutcome } from '../provider/image-provider.ts';
import type { JobStore } from '../store/job-store.ts';
import { storeFile } from './file-access.ts';
import type { FileTracker } from './file-tracker.ts';
import { followJobEnd } from './follow-end.ts';
import { joinSignals } from './join-signals.ts';
import type { Log } from './log.ts';
import { retryUntilAvailable } from './retry-until-available.ts';

/** interface.md, section 2: a call that provably was not taken is made at most this often in all. */
const MAX_CALLS = 5;
const RETRY_WAIT_MAX_MS = 60_000;
/** No Retry-After holds everybody back for longer: a senseless one must not silence a deployment for days. */
const BACK_OFF_MAX_MS = 3_600_000;

export interface CommitOutcomeDeps {
  store: Pick<JobStore, 'endAttempt' | 'getJob' | 'onChange'>;
  files: Pick<FileStore, 'put'>;
  fileTracker: Pick<FileTracker, 'whileWriting' | 'finishDeletion'>;
  /** Begins to fetch the pictures of a job that has its answer. */
  saveImages(jobId: string): void;
  queueTtlMs: number;
  /** First wait before a repeat; it doubles. */
  retryBaseMs: number;
  /** 0 to 1, for jitter. */
  random(): number;
  log: Log;
  /** Aborts when the process can wait no longer. */
  stopping: AbortSignal;
}

/** A call that is on record. */
export interface RecordedCall {
  jobId: string;
  attemptId: string;
  /** 1 for a job's first call. */
  number: number;
}

export interface OutcomeCommitter {
  /** Commits what became of a call: what it brought is kept first. */
  commitOutcome(call: RecordedCall, outcome: ProviderOutcome): Promise<void>;
  /** Commits the end of a call with the step of its job; null when that is gone. */
  endAttempt(attemptId: string, end: AttemptEnd, step: Transition, pictures?: ImageSource[]): Promise<StoredJob | null>;
}

/** Steps 4 of architecture.md's order of writes. */
export function createOutcomeCommitter(deps: CommitOutcomeDeps): OutcomeCommitter {
  const { store, files, fileTracker, queueTtlMs, log, stopping } = deps;

  async function commitOutcome({ jobId, attemptId, number }: RecordedCall, outcome: ProviderOutcome): Promise<void> {
    const ids = { traceId: outcome.traceId, responseId: outcome.responseId };
    switch (outcome.kind) {
      case 'answered': {
        const keys = outcome.images.flatMap((image, position) => ('url' in image ? [] : [sourceKey(jobId, position)]));
        const after = await whileWriting(jobId, keys, async () => {
          const pictures = await keepImages(jobId, outcome.images);
          return endAttempt(attemptId, { outcome: 'answered', ...ids }, startSaving, pictures);
        });
        if (after && isSaving(after.state)) deps.saveImages(after.jobId);
        if (!after) await fileTracker.finishDeletion(jobId); // it was deleted during the call
        return;
      }
      case 'not_taken': {
        const waitMs = retryWaitMs(number, outcome.retryAfterMs);
        const isTooLong = (outcome.retryAfterMs ?? 0) > queueTtlMs; // who would wait so long is better told now
        const isLast = number >= MAX_CALLS || isTooLong;
        if (isLast && outcome.blame?.isOperators) {
          const facts = { job_id: jobId, attempt_id: attemptId, call: number, host: outcome.blame.host };
          log.error({ ...facts, reason: outcome.failure.message }, 'the provider could not be reached');
        }
        const end = {
          outcome: 'not_taken' as const,
          ...ids,
          failure: outcome.failure,
          // What was too much was too much of all workers together.
          ...(outcome.errorCode === 'provider_rate_limited' && { backOffMs: Math.min(waitMs, BACK_OFF_MAX_MS) }),
        };
        await endAttempt(attemptId, end, (current, now) =>
          isLast ? failCall(current, outcome.errorCode, 'no', now) : scheduleRetry(current, waitMs, now),
        );
        return;
      }
      case 'failed': {
        const end = {
          outcome: reachedBy(outcome).outcome,
          ...ids,
          failure: outcome.failure,
        } as const;
        await endAttempt(attemptId, end, (current, now) => failCall(current, outcome.errorCode, outcome.charged, now));
        return;
      }
    }
  }

  /** ImageProcessor that came by value are kept in our own files before the answer is committed, while the job wants them. */
  async function keepImages(
    jobId: string,
    images: Extract<ProviderOutcome, { kind: 'answered' }>['images'],
  ): Promise<ImageSource[]> {
    const end = await followJobEnd(store, jobId);
    const either = joinSignals([stopping, end.signal]);
    const { signal } = either;
    const sources: ImageSource[] = [];
    try {
      for (const [position, image] of images.entries()) {
        if ('url' in image) {
          sources.push(image);
          continue;
        }
        const key = sourceKey(jobId, position);
        await retryUntilAvailable(() => storeFile(files, key, image.bytes), {
          log,
          task: 'keep a provider answer',
          signal,
        });
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
    return fileTracker.whileWriting(keys, work, { jobId, persist: (record) => retryUntilAvailable(record, options) });
  }

  async function endAttempt(attemptId: string, end: AttemptEnd, step: Transition, pictures?: ImageSource[]) {
    const work = () => store.endAttempt(attemptId, end, step, pictures);
    return retryUntilAvailable(work, { log, task: 'commit the end of a call', signal: stopping });
  }

  /** Milliseconds before the call is repeated, and before anybody calls a provider that had too many. */
  function retryWaitMs(calls: number, retryAfterMs: number | null): number {
    const backoffMs = Math.min(deps.retryBaseMs * 2 ** (calls - 1) * (1 + deps.random() / 4), RETRY_WAIT_MAX_MS);
    return Math.round(Math.max(backoffMs, retryAfterMs ?? 0));
  }

  return { commitOutcome, endAttempt };
}

function sourceKey(jobId: string, position: number): string {
  return `${jobId}-${position}-source.bin`;
}

/** How far a call got, for the case that a fault of ours ends it. */
export interface Reached {
  outcome: AttemptEnd['outcome'];
  charged: Charged;
}

export function reachedBy(outcome: ProviderOutcome): Reached {
  switch (outcome.kind) {
    case 'answered':
      return { outcome: 'answered', charged: 'yes' };
    case 'not_taken':
      return { outcome: 'not_taken', charged: 'no' };
    case 'failed':
      return { outcome: outcome.charged === 'unknown' ? 'unknown' : 'failed', charged: outcome.charged };
  }
}
