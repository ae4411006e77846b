import type { ImageJob } from '@darkroom/contracts';
import { type ImageApiError, isImageApiError } from '@darkroom/sdk';
import { ref, shallowRef } from 'vue';
import { hasEnded } from '../job/job-status.ts';
import { type JobFilter, listJobs } from './list-jobs.ts';

export type JobListState =
  | { status: 'reading' }
  /** `fault` is why the last reading brought nothing, at which end of the list. */
  | { status: 'known'; jobs: ImageJob[]; nextCursor: string | null; fault: ListFault | null }
  | { status: 'unreadable'; error: ImageApiError };

interface ListFault {
  at: 'top' | 'end';
  error: ImageApiError;
}

/** How old place and progress may get before a person's eyes. */
const ADVANCE_EVERY_MS = 4_000;

/** Jobs that one answer may hold. */
const PAGE_MAX = 100;

/** The person's jobs, newest first, a page at a time; while `follow` is on, running ones advance by themselves. */
export function useJobList() {
  const state = shallowRef<JobListState>({ status: 'reading' });
  const filter = ref<JobFilter>('all');
  const isReading = ref(false);
  let timer: ReturnType<typeof setInterval> | undefined;
  /** Rises with every question that makes earlier answers worthless. */
  let question = 0;

  /** Reads the first page anew; what is shown stays until it is there, and older pages come again with `more`. */
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

  /** Reads the head of the list again, as far down as something runs. What cannot be read is read next time. */
  async function advance(): Promise<void> {
    const { value: before } = state;
    if (isReading.value || before.status !== 'known') return;
    const runningRows = before.jobs.map(hasEnded).lastIndexOf(false) + 1;
    if (runningRows === 0) return;
    const asked = question;
    try {
      const page = await listJobs({ filter: filter.value, limit: Math.min(runningRows, PAGE_MAX) });
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

/** The list with what is newer: new jobs before it, known ones in their places. */
function merge(known: ImageJob[], newer: ImageJob[]): ImageJob[] {
  const fresh = new Map(newer.map((job) => [job.job_id, job]));
  const shown = known.map((job) => fresh.get(job.job_id) ?? job);
  for (const { job_id } of known) fresh.delete(job_id);
  return [...fresh.values(), ...shown];
}
