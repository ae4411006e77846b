import type { ImageJob } from '@darkroom/contracts';
import { type ImageApiError, isImageApiError } from '@darkroom/sdk';
import { shallowRef } from 'vue';
import { api } from '../../api.ts';
import { followCharge } from './poll-charge.ts';
import { POLL_INTERVAL_MS } from './poll-interval.ts';

export type JobState =
  | { status: 'connecting' }
  | { status: 'known'; job: ImageJob; receivedAtMs: number }
  | { status: 'unreadable'; error: ImageApiError };

/**
 * Follows one job by its id. `follow` starts or resumes polling, `pause` stops it; the job itself is not affected.
 */
export function useJob(jobId: string) {
  const state = shallowRef<JobState>({ status: 'connecting' });
  let polling: AbortController | null = null;
  let wasCanceledHere = false;

  function show(job: ImageJob): void {
    const known = state.value.status === 'known' ? state.value.job : null;
    if (known && known.version > job.version) return; // a held poll may be answered after a cancel
    state.value = { status: 'known', job, receivedAtMs: Date.now() };
  }

  async function read(signal: AbortSignal): Promise<ImageJob> {
    const job = await api.status(jobId, { signal });
    show(job);
    return job;
  }

  /** Reads once more, for fresh links. A failure keeps what is shown. */
  async function reread(): Promise<void> {
    try {
      show(await api.status(jobId));
    } catch (error) {
      if (!isImageApiError(error)) throw error;
    }
  }

  async function follow(): Promise<void> {
    if (polling) return;
    const controller = new AbortController();
    const { signal } = controller;
    polling = controller;
    if (state.value.status === 'unreadable') state.value = { status: 'connecting' };
    try {
      const ended = await api.wait(jobId, { signal, onUpdate: show, pollSeconds: POLL_INTERVAL_MS / 1_000 });
      await followCharge(ended, { read: () => read(signal), signal, wasCanceledHere });
    } catch (error) {
      if (!isImageApiError(error)) throw error;
      if (error.code !== 'aborted') state.value = { status: 'unreadable', error };
    } finally {
      if (polling === controller) polling = null;
    }
  }

  function pause(): void {
    polling?.abort();
    polling = null;
  }

  /** Rejects with an ImageApiError. A job that has ended meanwhile stays as it ended. */
  async function cancel(): Promise<void> {
    wasCanceledHere = true; // before the answer: the held poll may end first
    try {
      show(await api.cancel(jobId));
    } catch (error) {
      wasCanceledHere = false;
      throw error;
    }
  }

  return { state, follow, pause, cancel, reread };
}
