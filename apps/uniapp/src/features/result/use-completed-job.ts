import type { CompletedJob, ImageJob } from '@darkroom/contracts';
import { type ImageApiError, isImageApiError } from '@darkroom/sdk';
import { shallowRef } from 'vue';
import { api } from '../../api.ts';

export type ResultState =
  | { status: 'reading' }
  | { status: 'known'; job: CompletedJob }
  /** It is not done after all, and is to be followed. */
  | { status: 'running'; job: ImageJob }
  | { status: 'unreadable'; error: ImageApiError };

/** A link that dies sooner is asked for again before it is used. */
const MARGIN_MS = 60_000;

/** The pictures of one job, and links to them that work. */
export function useCompletedJob(jobId: string, now: () => number = Date.now) {
  const state = shallowRef<ResultState>({ status: 'reading' });
  /** The links after which was asked because a picture did not come. */
  let mended = '';

  async function read(): Promise<void> {
    try {
      const job = await api.status(jobId);
      state.value = job.status === 'COMPLETED' ? { status: 'known', job } : { status: 'running', job };
    } catch (error) {
      if (!isImageApiError(error)) throw error;
      // What is on the screen stays there when only its links could not be renewed.
      if (state.value.status !== 'known' || error.code === 'job_not_found')
        state.value = { status: 'unreadable', error };
    }
  }

  const known = () => (state.value.status === 'known' ? state.value.job : null);

  return {
    state,
    read,
    /** Renews the links if the first of them is about to expire. Answers with the job as it is then known. */
    async freshen(): Promise<CompletedJob | null> {
      const expiresAtMs = known()?.assets.map(({ url_expires_at }) => Date.parse(url_expires_at)) ?? [];
      if (Math.min(...expiresAtMs) - MARGIN_MS < now()) await read();
      return known();
    },
    /** Renews links one of which did not work, once each: a picture that stays broken must not ask without end. */
    async mend(): Promise<CompletedJob | null> {
      const links = known()?.images.join() ?? '';
      if (links !== mended) await read();
      mended = links;
      return known();
    },
  };
}
