import type { CreateImageInput } from '@darkroom/contracts';
import { shallowRef } from 'vue';

/** The upload that the service was last found not to have any more: it keeps one for 7 days. */
export const lostUpload = shallowRef<string | null>(null);

/** The order was refused with `upload_not_found`: whatever shows its photo asks for it again. */
export function loseUpload(order: CreateImageInput): void {
  lostUpload.value = order.subject_reference?.[0]?.image_file ?? null;
}
