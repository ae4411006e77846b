import type { CreateImageInput } from '@darkroom/contracts';
import { referencesOf } from '@darkroom/contracts/references';
import { type ImageApiError, isImageApiError } from '@darkroom/sdk';
import { ref } from 'vue';
import { api } from '../../api.ts';
import { canResend } from '../job/describe-request-failure.ts';
import { deviceJobs } from '../job/device-jobs.ts';
import { missingUploads } from '../job/missing-upload.ts';
import { type Draft, drafts } from './draft.ts';

export type CreateState =
  | { status: 'sending' }
  | { status: 'created'; jobId: string }
  | { status: 'failed'; error: ImageApiError };

/** Turns the stored draft into a job. `send` may be called again after a failure: the draft keeps its key. */
export function useCreateJob() {
  const state = ref<CreateState>({ status: 'sending' });
  let isSending = false;

  async function send(draft: Draft): Promise<void> {
    if (isSending) return;
    isSending = true;
    state.value = { status: 'sending' };
    try {
      const { idempotencyKey, photoUrl } = draft;
      const { job_id } = await api.create(draft.request, { idempotencyKey });
      // In this order: after a kill between the two, the draft leads to the same job.
      deviceJobs.add({ job_id, idempotencyKey, photoUrl });
      drafts.clear(draft);
      state.value = { status: 'created', jobId: job_id };
    } catch (error) {
      if (!isImageApiError(error)) throw error;
      if (!canResend(error)) drafts.clear(draft);
      if (error.code === 'upload_not_found') {
        missingUploads.value = { imageFiles: findMissing(draft.request, error), why: 'expired' };
      }
      state.value = { status: 'failed', error };
    } finally {
      isSending = false;
    }
  }

  return { state, send };
}

/** The references that the issues name; without issues there is one reference, which is the missing one. */
function findMissing(request: CreateImageInput, { issues }: ImageApiError): string[] {
  const references = referencesOf(request);
  const isNamed = ({ path: [field, index] }: { path: (string | number)[] }) =>
    issues.some(({ path }) => path[0] === field && path[1] === index);
  const missing = issues.length > 0 ? references.filter(isNamed) : references.slice(0, 1);
  return missing.map(({ image_file }) => image_file);
}
