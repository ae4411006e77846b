import type { ImageJob } from '@darkroom/contracts';
import { type ImageApiError, isImageApiError } from '@darkroom/sdk';
import { ref, shallowRef } from 'vue';
import { api } from '../../api.ts';

export type JobListState =
  | { status: 'reading' }
  | { status: 'known'; jobs: ImageJob[]; nextCursor: string | null }
  | { status: 'unreadable'; error: ImageApiError };

/** The person's jobs, newest first, a page at a time. */
export function useJobList() {
  const state = shallowRef<JobListState>({ status: 'reading' });
  const isReading = ref(false);

  /** Reads the first page anew; what is shown stays until it is there, and older pages come again with `more`. */
  const refresh = () => read([], undefined);

  async function more(): Promise<void> {
    if (state.value.status !== 'known' || state.value.nextCursor === null) return;
    await read(state.value.jobs, state.value.nextCursor);
  }

  async function read(before: ImageJob[], cursor: string | undefined): Promise<void> {
    if (isReading.value) return;
    isReading.value = true;
    try {
      const page = await api.list({ cursor });
      state.value = { status: 'known', jobs: [...before, ...page.jobs], nextCursor: page.next_cursor };
    } catch (error) {
      if (!isImageApiError(error)) throw error;
      state.value = { status: 'unreadable', error };
    } finally {
      isReading.value = false;
    }
  }

  return { state, isReading, refresh, more };
}
