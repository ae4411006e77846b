import type { Charged } from '@darkroom/contracts';
import type { Clock } from '../clock.ts';
import type { FileStore } from '../files/file-store.ts';
import type { AttemptEnd } from '../job/attempt.ts';
import { failCall, hasEnded, isSaving, scheduleRetry, startSaving } from '../job/job-state.ts';
import type { PlacedSource } from '../job/stored-image.ts';
import type { StoredJob, Transition } from '../job/stored-job.ts';
import type { ProviderImage, ProviderOutcome } from '../provider/image-provider.ts';
import { backOffMs } from '../retry/back-off.ts';
import type { JobStore } from '../store/job-store.ts';
import { storeFile } from './file-access.ts';
import type { FileTracker } from './file-tracker.ts';
import { followJobEnd } from './follow-job-end.ts';
import type { Log } from './log.ts';
import { retryUntilAvailable } from './retry-until-available.ts';

/** Maximum calls of one job whose earlier calls provably were not accepted (interface.md, section 2). */
const MAX_CALLS = 5;
const RETRY_WAIT_MAX_MS = 60_000;
/** Maximum back-off for all workers: an absurd Retry-After must not stop a deployment for days. */
const BACK_OFF_MAX_MS = 3_600_000;

export interface CommitOutcomeDeps {
  store: Pick<JobStore, 'endAttempt' | 'getJob' | 'onChange' | 'recordArrival'>;
  files: Pick<FileStore, 'put'>;
  fileTracker: Pick<FileTracker, 'whileWriting' | 'finishDeletion'>;
  /** Starts to save the images of a job that has its answer. */
  saveImages(jobId: string): void;
  queueTtlMs: number;
  /** Wait before the first retry in milliseconds; it doubles with each further one. */
  retryBaseMs: number;
  /** Random number from 0 to 1, for jitter. */
  random(): number;
  clock: Clock;
  log: Log;
  /** Aborts when the process must stop without waiting any longer. */
  stopping: AbortSignal;
}

/** A call whose attempt is recorded. */
interface RecordedCall {
  jobId: string;
  attemptId: string;
  /** 1 for a job's first call. */
  number: number;
}

export interface OutcomeCommitter {
  /** Commits the outcome of a call. Images that came by value are stored first. */
  commitOutcome(call: RecordedCall, outcome: ProviderOutcome): Promise<void>;
  /** Commits one image of a streamed answer, and starts to save it. Its call may still run. */
  commitArrival(call: RecordedCall, image: ProviderImage): Promise<void>;
  /** Commits the end of an attempt and its job's step in one transaction. Returns the job; null when it was deleted. */
  endAttempt(attemptId: string, end: AttemptEnd, step: Transition, images?: PlacedSource[]): Promise<StoredJob | null>;
}

/** Step 4 of the order of writes in architecture.md. */
export function createOutcomeCommitter(deps: CommitOutcomeDeps): OutcomeCommitter {
  const { store, files, fileTracker, queueTtlMs, clock, log, stopping } = deps;

  async function commitOutcome({ jobId, attemptId, number }: RecordedCall, outcome: ProviderOutcome): Promise<void> {
    const ids = { traceId: outcome.traceId, responseId: outcome.responseId };
    switch (outcome.kind) {
      case 'answered': {
        const { images, failure } = outcome;
        const end = { outcome: 'answered' as const, ...ids, ...(failure && { failure }) };
        const after = await whileWriting(jobId, sourceKeys(jobId, images), async () =>
          endAttempt(attemptId, end, startSaving, await storeImages(jobId, images)),
        );
        if (after && isSaving(after.state)) deps.saveImages(after.jobId);
        if (!after) await fileTracker.finishDeletion(jobId); // the job was deleted during the call
        return;
      }
      case 'not_taken': {
        const waitMs = retryWaitMs(number, outcome.retryAfterMs);
        const isTooLong = (outcome.retryAfterMs ?? 0) > queueTtlMs; // fail now: no job waits longer than that
        const isLast = number >= MAX_CALLS || isTooLong;
        if (isLast && outcome.diagnosis?.needsOperator) {
          const fields = { job_id: jobId, attempt_id: attemptId, call: number, host: outcome.diagnosis.host };
          log.error(
            { ...fields, reason: outcome.failure.message },
            'provider unreachable: job failed after its last retry',
          );
        }
        const end = {
          outcome: 'not_taken' as const,
          ...ids,
          failure: outcome.failure,
          // The provider counts the calls of all workers together, so the back-off applies to all of them.
          ...(outcome.errorCode === 'provider_rate_limited' && { backOffMs: Math.min(waitMs, BACK_OFF_MAX_MS) }),
        };
        await endAttempt(attemptId, end, (current, now) =>
          isLast ? failCall(current, outcome.errorCode, 'no', now) : scheduleRetry(current, waitMs, now),
        );
        return;
      }
      case 'failed': {
        const end = {
          outcome: resultOf(outcome).outcome,
          ...ids,
          failure: outcome.failure,
        } as const;
        await endAttempt(attemptId, end, (current, now) => failCall(current, outcome.errorCode, outcome.charged, now));
        return;
      }
    }
  }

  async function commitArrival({ jobId, attemptId }: RecordedCall, image: ProviderImage): Promise<void> {
    const after = await whileWriting(jobId, sourceKeys(jobId, [image]), async () => {
      const [placed] = await storeImages(jobId, [image]);
      const record = async () => (placed ? store.recordArrival(attemptId, placed) : store.getJob(jobId));
      return retryUntilAvailable(record, { clock, log, task: 'commit an image that arrived', signal: stopping });
    });
    if (after && !hasEnded(after)) deps.saveImages(jobId);
    if (!after) await fileTracker.finishDeletion(jobId); // the job was deleted during the call
  }

  /**
   * Writes images that came by value to the file store before they are committed. Stops early once the job has ended or
   * was deleted.
   */
  async function storeImages(jobId: string, images: ProviderImage[]): Promise<PlacedSource[]> {
    if (images.every((image) => 'url' in image)) return images.map(placeLink);
    const end = await followJobEnd(store, jobId, stopping);
    const kept: PlacedSource[] = [];
    try {
      for (const [place, image] of images.entries()) {
        if ('url' in image) {
          kept.push(placeLink(image, place));
          continue;
        }
        const position = image.index ?? place;
        const key = sourceKey(jobId, position);
        await retryUntilAvailable(() => storeFile(files, key, image.bytes), {
          clock,
          log,
          task: 'store an image of a provider answer',
          signal: end.stopped,
        });
        kept.push({ position, source: { key } });
      }
      return kept;
    } catch (error) {
      if (stopping.aborted || !end.jobEnded.aborted) throw error;
      return kept; // the answer still settles whether the job was charged
    } finally {
      end.stop();
    }
  }

  /** Records the write intents with retries: a paid image must not be lost because the database is unavailable. */
  function whileWriting<T>(jobId: string, keys: string[], work: () => Promise<T>): Promise<T> {
    const options = { clock, log, task: 'record write intents', signal: stopping };
    return fileTracker.whileWriting(keys, work, { jobId, persist: (record) => retryUntilAvailable(record, options) });
  }

  async function endAttempt(attemptId: string, end: AttemptEnd, step: Transition, images?: PlacedSource[]) {
    const work = () => store.endAttempt(attemptId, end, step, images);
    return retryUntilAvailable(work, { clock, log, task: 'commit the end of an attempt', signal: stopping });
  }

  /** Milliseconds before the retry. After a rate-limit refusal, also the back-off of all workers. */
  function retryWaitMs(calls: number, retryAfterMs: number | null): number {
    const firstMs = deps.retryBaseMs * (1 + deps.random() / 4);
    const ownMs = backOffMs(calls, { firstMs, maxMs: RETRY_WAIT_MAX_MS });
    return Math.round(Math.max(ownMs, retryAfterMs ?? 0));
  }

  return { commitOutcome, commitArrival, endAttempt };
}

function placeLink({ url, index }: Extract<ProviderImage, { url: string }>, place: number): PlacedSource {
  return { position: index ?? place, source: { url } };
}

/** Keys of the images that came by value. */
function sourceKeys(jobId: string, images: ProviderImage[]): string[] {
  return images.flatMap((image, place) => ('url' in image ? [] : [sourceKey(jobId, image.index ?? place)]));
}

function sourceKey(jobId: string, position: number): string {
  return `${jobId}-${position}-source.bin`;
}

/** The result of a call so far. It is recorded as the end of the attempt if an internal error ends it. */
export interface CallResult {
  outcome: AttemptEnd['outcome'];
  charged: Charged;
}

export function resultOf(outcome: ProviderOutcome): CallResult {
  switch (outcome.kind) {
    case 'answered':
      return { outcome: 'answered', charged: 'yes' };
    case 'not_taken':
      return { outcome: 'not_taken', charged: 'no' };
    case 'failed':
      return { outcome: outcome.charged === 'unknown' ? 'unknown' : 'failed', charged: outcome.charged };
  }
}
