import type { ImageJob } from '@darkroom/contracts';
import { referencesOf } from '@darkroom/contracts/references';
import { deviceJobs } from '../job/device-jobs.ts';
import { missingUploads } from '../job/missing-upload.ts';
import { drafts } from './draft.ts';
import { storedForm } from './request-form.ts';

/** Removes a deleted job from this device: its id, a draft that names its references, and these references. */
export function forgetDeleted({ job_id, request }: ImageJob): void {
  deviceJobs.forget(job_id);
  const imageFiles = referencesOf(request).map(({ image_file }) => image_file);
  if (imageFiles.length === 0) return;
  const isDeleted = ({ image_file }: { image_file: string }) => imageFiles.includes(image_file);
  const draft = drafts.read();
  if (draft && referencesOf(draft.request).some(isDeleted)) drafts.clear(draft);
  const form = storedForm.read();
  if (form?.references.some(isDeleted)) {
    storedForm.write({ ...form, references: form.references.filter((reference) => !isDeleted(reference)) });
  }
  missingUploads.value = { imageFiles, why: 'deleted' };
}
