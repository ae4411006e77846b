import type { CreateImageInput } from '@darkroom/contracts';
import { shallowRef } from 'vue';

interface LostUpload {
  image_file: string;
  /** `expired`: the service keeps one for 7 days. `deleted`: by the person, with the job that named it. */
  why: 'expired' | 'deleted';
}

/** The upload that was last found not to be at the service any more: whatever shows its photo lets go of it. */
export const lostUpload = shallowRef<LostUpload | null>(null);

/** The upload that this order names, if any, is gone. */
export function loseUpload(order: CreateImageInput, why: LostUpload['why']): void {
  const reference = order.subject_reference?.[0];
  if (reference) lostUpload.value = { image_file: reference.image_file, why };
}
