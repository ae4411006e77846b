import { type CreateImageInput, type ImageClient, type ImageJob, isImageApiError } from '@darkroom/sdk';
import { onScopeDispose, shallowRef } from 'vue';

/** One order, followed until it ends or the component goes. The job itself goes on: follow it again by its id. */
export function useImageJob(client: ImageClient) {
  const job = shallowRef<ImageJob>();
  const problem = shallowRef('');
  const leaving = new AbortController();
  onScopeDispose(() => leaving.abort());

  async function order(input: CreateImageInput): Promise<void> {
    problem.value = '';
    try {
      job.value = await client.create(input, { signal: leaving.signal });
      job.value = await client.wait(job.value, {
        signal: leaving.signal,
        onUpdate: (update) => {
          job.value = update;
        },
      });
    } catch (error) {
      if (!isImageApiError(error)) throw error;
      if (error.code !== 'aborted') problem.value = error.message;
    }
  }

  return { job, problem, order };
}
