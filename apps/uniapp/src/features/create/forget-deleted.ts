import type { ImageJob } from '@darkroom/contracts';
import { referencesOf } from '@darkroom/contracts/references';
import { deviceJobs } from '../job/device-jobs.ts';
import { reportMissingUpload } from '../job/missing-upload.ts';
import { drafts } from './draft.ts';
import { storedForm } from './request-form.ts';

/** Removes a deleted job from this device: its id, a draft of the same request and its deleted photo. */
export function forgetDeleted({ job_id, request }: ImageJob): void {
  deviceJobs.forget(job_id);
  const photo = referencesOf(request)[0]?.image_file;
  if (photo === undefined) return;
  const draft = drafts.read();
  if (draft && referencesOf(draft.request)[0]?.image_file === photo) drafts.clear(draft);
  const form = storedForm.read();
  if (form?.photo?.image_file === photo) storedForm.write({ ...form, photo: null });
  reportMissingUpload(request, 'deleted');
}
