import type { ImageJob } from '@darkroom/contracts';
import { LIST_LIMIT_MAX } from '@darkroom/contracts/limits';
import { type ImageApiError, isImageApiError } from '@darkroom/sdk';
import { ref, shallowRef } from 'vue';
import { hasEnded } from '../job/job-status.ts';
import { type JobFilter, listJobs } from './list-jobs.ts';

export type JobListState =
  | { status: 'reading' }
  /** `fault`: why the last read failed, and at which end of the list. */
  | { status: 'known'; jobs: ImageJob[]; nextCursor: string | null; fault: ListFault | null }
  | { status: 'unreadable'; error: ImageApiError };

interface ListFault {
  at: 'top' | 'end';
  error: ImageApiError;
}

/** Maximum age of the shown position and progress. */
const ADVANCE_EVERY_MS = 4_000;

/** The user's jobs, newest first, in pages. While `follow` is active, running jobs are refreshed. */
export function useJobList() {
  const state = shallowRef<JobListState>({ status: 'reading' });
  const filter = ref<JobFilter>('all');
  const isReading = ref(false);
  let timer: ReturnType<typeof setInterval> | undefined;
  /** Increased by every request that makes earlier answers obsolete. */
  let question = 0;

  /** Reloads the first page, keeping the shown list until it arrived; `more` loads older pages again. */
  async function refresh(): Promise<void> {
    question++;
    await read('top', async () => {
      const page = await listJobs({ filter: filter.value });
      return { status: 'known', jobs: page.jobs, nextCursor: page.next_cursor, fault: null };
    });
  }

  async function more(): Promise<void> {
    const { value: before } = state;
    if (isReading.value || before.status !== 'known' || before.nextCursor === null) return;
    const cursor = before.nextCursor;
    await read('end', async () => {
      const page = await listJobs({ filter: filter.value, cursor });
      const known = new Set(before.jobs.map(({ job_id }) => job_id));
      const older = page.jobs.filter(({ job_id }) => !known.has(job_id));
      return { status: 'known', jobs: [...before.jobs, ...older], nextCursor: page.next_cursor, fault: null };
    });
  }

  async function choose(chosen: JobFilter): Promise<void> {
    if (chosen === filter.value) return;
    filter.value = chosen;
    state.value = { status: 'reading' };
    await refresh();
  }

  async function read(at: ListFault['at'], ask: () => Promise<JobListState>): Promise<void> {
    const asked = question;
    isReading.value = true;
    try {
      const answer = await ask();
      if (asked === question) state.value = answer;
    } catch (error) {
      if (!isImageApiError(error)) throw error;
      const { value: now } = state;
      if (asked === question)
        state.value = now.status === 'known' ? { ...now, fault: { at, error } } : { status: 'unreadable', error };
    } finally {
      if (asked === question) isReading.value = false;
    }
  }

  /** Refreshes the list down to the last running job. Failures are retried at the next interval. */
  async function advance(): Promise<void> {
    const { value: before } = state;
    if (isReading.value || before.status !== 'known') return;
    const runningRows = before.jobs.map(hasEnded).lastIndexOf(false) + 1;
    if (runningRows === 0) return;
    const asked = question;
    try {
      const page = await listJobs({ filter: filter.value, limit: Math.min(runningRows, LIST_LIMIT_MAX) });
      if (asked !== question || state.value !== before) return;
      state.value = { ...before, jobs: filter.value === 'running' ? page.jobs : merge(before.jobs, page.jobs) };
    } catch (error) {
      if (!isImageApiError(error)) throw error;
    }
  }

  function follow(): void {
    timer ??= setInterval(advance, ADVANCE_EVERY_MS);
  }

  function pause(): void {
    clearInterval(timer);
    timer = undefined;
  }

  return { state, filter, isReading, refresh, more, choose, follow, pause };
}

/** Merges newer jobs into the list: new ones first, known ones in place. */
function merge(known: ImageJob[], newer: ImageJob[]): ImageJob[] {
  const fresh = new Map(newer.map((job) => [job.job_id, job]));
  const shown = known.map((job) => fresh.get(job.job_id) ?? job);
  for (const { job_id } of known) fresh.delete(job_id);
  return [...fresh.values(), ...shown];
}
