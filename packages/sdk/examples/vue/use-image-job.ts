import { type CreateImageInput, type ImageClient, type ImageJob, isImageApiError } from '@darkroom/sdk';
import { onScopeDispose, shallowRef } from 'vue';

/** Creates a job and follows it until it ends or the component is unmounted. The job goes on: follow it again by its id. */
export function useImageJob(client: ImageClient) {
  const job = shallowRef<ImageJob>();
  const error = shallowRef('');
  const unmounted = new AbortController();
  onScopeDispose(() => unmounted.abort());

  async function create(input: CreateImageInput): Promise<void> {
    error.value = '';
    try {
      job.value = await client.create(input, { signal: unmounted.signal });
      job.value = await client.wait(job.value, {
        signal: unmounted.signal,
        onUpdate: (update) => {
          job.value = update;
        },
      });
    } catch (cause) {
      if (!isImageApiError(cause)) throw cause;
      if (cause.code !== 'aborted') error.value = cause.message;
    }
  }

  return { job, error, create };
}
