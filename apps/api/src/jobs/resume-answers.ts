import type { AnswerSpool, SpooledAnswer } from '../files/file-store.ts';
import { failCall } from '../job/job-state.ts';
import type { ImageProvider, ProviderOutcome } from '../provider/image-provider.ts';
import type { JobStore } from '../store/job-store.ts';
import { type OutcomeCommitter, resultOf } from './commit-outcome.ts';
import type { Log } from './log.ts';

interface Deps {
  store: Pick<JobStore, 'getJob'>;
  spool: AnswerSpool;
  provider: Pick<ImageProvider, 'readAnswer'>;
  committer: OutcomeCommitter;
  /** Called after each committed end: its job may have images to save, or a call to retry. */
  onResumed(): Promise<void>;
  log: Log;
  stopping: AbortSignal;
}

export interface AnswerResumer {
  /** Ids of attempts whose answer was recorded completely. */
  list(): Promise<string[]>;
  /**
   * Starts to commit the end of a call whose worker is gone, from the answer that it recorded, or from the images in
   * the part that it recorded of a streamed answer; false when there are none. A closed attempt (`isOpen` false) may have a presumed outcome, which the answer replaces. Its job has
   * ended and shows no images, so images that came by value are not stored.
   */
  resume(attemptId: string, attempt: { isOpen: boolean }): Promise<boolean>;
  /** Resolves when every started commit has ended. */
  drain(): Promise<void>;
}

/** Commits the ends of calls from recorded answers, in the background, since storage may be unavailable for a while. */
export function createAnswerResumer({
  store,
  spool,
  provider,
  committer,
  onResumed,
  log,
  stopping,
}: Deps): AnswerResumer {
  const running = new Map<string, Promise<void>>();

  async function readOutcome(answer: SpooledAnswer): Promise<ProviderOutcome | null> {
    // A part of an answer is worth something only for the images of a stream.
    if (!answer.isComplete && answer.call.family !== 'h3') return null;
    const job = await store.getJob(answer.call.jobId);
    try {
      const imagesMax = job?.request.n ?? Number.POSITIVE_INFINITY;
      const outcome = await provider.readAnswer(answer, { family: answer.call.family, imagesMax });
      return answer.isComplete || outcome.kind === 'answered' ? outcome : null;
    } catch (err) {
      if (answer.isComplete)
        log.error({ err, attempt_id: answer.call.attemptId }, 'recorded provider answer cannot be read');
      return null;
    }
  }

  async function settle({ call }: SpooledAnswer, outcome: ProviderOutcome): Promise<void> {
    const fields = { job_id: call.jobId, attempt_id: call.attemptId, outcome: outcome.kind };
    try {
      await committer.commitOutcome(call, outcome);
      log.info(fields, 'interrupted provider call ended with its recorded answer');
    } catch (err) {
      if (stopping.aborted) return; // the recording is kept for the next start
      log.error({ err, ...fields }, 'recorded provider answer could not be committed');
      const { outcome: result, charged } = resultOf(outcome);
      await committer.endAttempt(call.attemptId, { outcome: result }, (job, now) =>
        failCall(job, 'internal', charged, now),
      );
    }
    await spool.remove(call.attemptId);
    await onResumed();
  }

  async function settleSafely(answer: SpooledAnswer, outcome: ProviderOutcome): Promise<void> {
    try {
      await settle(answer, outcome);
    } catch (err) {
      if (stopping.aborted) return;
      log.error(
        { err, attempt_id: answer.call.attemptId },
        'end of an interrupted provider call could not be committed',
      );
      await spool.remove(answer.call.attemptId); // a database restored from a backup may not know the call
    }
  }

  return {
    list: spool.list,
    async resume(attemptId, { isOpen }) {
      if (running.has(attemptId)) return true;
      const answer = await spool.read(attemptId);
      const outcome = answer && (await readOutcome(answer));
      if (!answer || !outcome) {
        await spool.remove(attemptId);
        return false;
      }
      const settled = settleSafely(answer, isOpen ? outcome : withoutValues(outcome));
      running.set(
        attemptId,
        settled.finally(() => running.delete(attemptId)),
      );
      return true;
    },
    async drain() {
      while (running.size > 0) await Promise.all(running.values());
    },
  };
}

function withoutValues(outcome: ProviderOutcome): ProviderOutcome {
  return outcome.kind === 'answered'
    ? { ...outcome, images: outcome.images.filter((image) => 'url' in image) }
    : outcome;
}
