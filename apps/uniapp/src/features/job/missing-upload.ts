import type { CreateImageInput } from '@darkroom/contracts';
import { referencesOf } from '@darkroom/contracts/references';
import { shallowRef } from 'vue';

interface MissingUpload {
  image_file: string;
  /** `expired`: the service keeps one for 7 days. `deleted`: by the user, with the job that named it. */
  why: 'expired' | 'deleted';
}

/** The upload that the service last reported as missing; views that show its photo drop it. */
export const missingUpload = shallowRef<MissingUpload | null>(null);

/** Records that the upload named by this request is gone. */
export function reportMissingUpload(request: CreateImageInput, why: MissingUpload['why']): void {
  const [reference] = referencesOf(request);
  if (reference) missingUpload.value = { image_file: reference.image_file, why };
}
