import type { CompletedJob, ImageJob } from '@darkroom/contracts';
import { type ImageApiError, isImageApiError } from '@darkroom/sdk';
import { shallowRef } from 'vue';
import { api } from '../../api.ts';

export type ResultState =
  | { status: 'reading' }
  | { status: 'known'; job: CompletedJob }
  /** The job has not completed; follow it instead. */
  | { status: 'running'; job: ImageJob }
  | { status: 'unreadable'; error: ImageApiError };

/** Links with less remaining validity are renewed before use. */
const MARGIN_MS = 60_000;

/** The images of one job with valid links. */
export function useCompletedJob(jobId: string, now: () => number = Date.now) {
  const state = shallowRef<ResultState>({ status: 'reading' });
  /** Links already renewed after a load failure. */
  let mended = '';

  async function read(): Promise<void> {
    try {
      const job = await api.status(jobId);
      state.value = job.status === 'COMPLETED' ? { status: 'known', job } : { status: 'running', job };
    } catch (error) {
      if (!isImageApiError(error)) throw error;
      // A failed renewal keeps the shown images.
      if (state.value.status !== 'known' || error.code === 'job_not_found')
        state.value = { status: 'unreadable', error };
    }
  }

  const known = () => (state.value.status === 'known' ? state.value.job : null);

  return {
    state,
    read,
    /** Renews the links if the first one is about to expire, and returns the current job. */
    async freshen(): Promise<CompletedJob | null> {
      const expiresAtMs = known()?.assets.map(({ url_expires_at }) => Date.parse(url_expires_at)) ?? [];
      if (Math.min(...expiresAtMs) - MARGIN_MS < now()) await read();
      return known();
    },
    /** Renews links after a load failure, once per link: a broken image must not cause endless requests. */
    async mend(): Promise<CompletedJob | null> {
      const links = known()?.images.join() ?? '';
      if (links !== mended) await read();
      mended = links;
      return known();
    },
  };
}
