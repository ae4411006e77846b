import type { CompletedJob, ImageJob } from '@darkroom/contracts';
import { type ImageApiError, isImageApiError } from '@darkroom/sdk';
import { shallowRef } from 'vue';
import { api } from '../../api.ts';
import { createImageLinks } from './image-links.ts';

export type ResultState =
  | { status: 'reading' }
  | { status: 'known'; job: CompletedJob }
  /** The job has not completed; follow it instead. */
  | { status: 'running'; job: ImageJob }
  | { status: 'unreadable'; error: ImageApiError };

/** The images of one job with valid links. */
export function useCompletedJob(jobId: string, now: () => number = Date.now) {
  const state = shallowRef<ResultState>({ status: 'reading' });

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

  return { state, read, ...createImageLinks({ known, read, now }) };
}
