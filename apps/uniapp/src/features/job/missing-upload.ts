import { shallowRef } from 'vue';

export interface MissingUploads {
  /** Their addresses in requests. */
  imageFiles: readonly string[];
  /** `expired`: the service keeps one for 7 days. `deleted`: by the user, with the job that named it. */
  why: 'expired' | 'deleted';
}

/** The uploads that were last found missing; views that show their photos drop them. */
export const missingUploads = shallowRef<MissingUploads>({ imageFiles: [], why: 'expired' });
