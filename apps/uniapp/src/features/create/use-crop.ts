import { computed, shallowRef } from 'vue';
import { text } from '../../i18n/language.ts';
import type { ChosenPhoto } from '../../platform/choose-photo.ts';
import { type CropArea, cropBySystem, cutOut, findCropMeans } from '../../platform/crop-photo.ts';
import type { PhotoUpload } from './use-photo-upload.ts';

/** Crops the chosen photo on the platform's own screen or on ours. */
export function useCrop(upload: PhotoUpload) {
  const means = findCropMeans();
  const canCrop = computed(() => means !== 'none' && upload.chosen.value !== null);
  /** The photo shown on our crop screen. */
  const cropping = shallowRef<ChosenPhoto | null>(null);

  async function crop(): Promise<void> {
    const photo = upload.chosen.value;
    if (!photo) return;
    if (means === 'page') {
      cropping.value = photo;
      return;
    }
    const part = await cropBySystem(photo);
    if (part) await upload.takePart(part);
  }

  /** Null when the user left the screen. */
  async function finish(area: CropArea | null): Promise<void> {
    const photo = cropping.value;
    cropping.value = null;
    if (!photo || !area) return;
    try {
      await upload.takePart(await cutOut(photo, area));
    } catch {
      uni.showToast({ title: text.value.crop.failed, icon: 'none' });
    }
  }

  return { cropping, canCrop, crop, finish };
}
