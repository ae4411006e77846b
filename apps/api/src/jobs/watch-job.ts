import { HELD_POLLS_PER_USER, type StatusQuery, type Viewer } from '@darkroom/contracts';
import { type Clock, callAfter } from '../clock.ts';
import { hasEnded } from '../job/job-state.ts';
import type { StoredJob } from '../job/stored-job.ts';
import type { JobStore } from '../store/job-store.ts';
import { getJob } from './get-job.ts';
import { type JobSnapshot, snapshotTime } from './present-job.ts';

export interface JobWatcher {
  /**
   * Returns the job once it has changed, `wait_seconds` have passed, the caller has disconnected, or polls are
   * released.
   */
  watch(viewer: Viewer, query: StatusQuery, signal?: AbortSignal): Promise<JobSnapshot>;
  /** Answers every held poll at once, and holds no further one. */
  release(): void;
}

interface Deps {
  store: Pick<JobStore, 'now' | 'getJob' | 'onChange'>;
  clock: Pick<Clock, 'sleep'>;
}

/**
 * Implements the long poll. It subscribes before it reads, so that no change is missed in between. A user holds at most
 * HELD_POLLS_PER_USER polls; further ones are answered at once.
 */
export function createJobWatcher({ store, clock }: Deps): JobWatcher {
  const heldPolls = new Map<string, number>();
  /** Ends each held poll. */
  const ends = new Set<() => void>();
  let isReleased = false;

  function countHeld(userId: string, change: 1 | -1): void {
    const count = (heldPolls.get(userId) ?? 0) + change;
    if (count === 0) heldPolls.delete(userId);
    else heldPolls.set(userId, count);
  }

  async function readJob(viewer: Viewer, query: StatusQuery): Promise<JobSnapshot> {
    const asOf = snapshotTime(await store.now());
    return { ...(await getJob(store, viewer, query.job_id)), asOf };
  }

  async function holdPoll(viewer: Viewer, query: StatusQuery, signal?: AbortSignal): Promise<JobSnapshot> {
    let change = Promise.withResolvers<void>();
    let isOver = false;
    function end(): void {
      isOver = true;
      change.resolve();
    }
    const stopListening = store.onChange(query.job_id.toLowerCase(), () => change.resolve());
    const cancelTimer = callAfter(clock, query.wait_seconds * 1_000, end);
    signal?.addEventListener('abort', end);
    ends.add(end);
    countHeld(viewer.user_id, 1);
    try {
      for (;;) {
        const job = await readJob(viewer, query);
        if (hasChanged(job, query) || isOver) return job;
        await change.promise;
        change = Promise.withResolvers<void>();
      }
    } finally {
      countHeld(viewer.user_id, -1);
      ends.delete(end);
      signal?.removeEventListener('abort', end);
      cancelTimer();
      stopListening();
    }
  }

  return {
    async watch(viewer, query, signal) {
      const job = await readJob(viewer, query);
      const mayHold = query.wait_seconds > 0 && !isReleased && !signal?.aborted;
      const held = heldPolls.get(viewer.user_id) ?? 0;
      if (!mayHold || hasChanged(job, query) || held >= HELD_POLLS_PER_USER) return job;
      return holdPoll(viewer, query, signal);
    },
    release() {
      isReleased = true;
      for (const end of ends) end();
    },
  };
}

function hasChanged(job: StoredJob, query: StatusQuery): boolean {
  return hasEnded(job) || (query.after_version !== undefined && job.version > query.after_version);
}
