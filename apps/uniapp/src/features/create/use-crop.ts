import { shallowRef } from 'vue';
import { text } from '../../i18n/language.ts';
import type { ChosenPhoto } from '../../platform/choose-photo.ts';
import { type CropArea, cropBySystem, cutOut, findCropMeans } from '../../platform/crop-photo.ts';
import type { PhotoUpload } from './photo-upload.ts';

/** Crops a chosen photo on the platform's own screen or on ours. */
export function useCrop() {
  const means = findCropMeans();
  const canCrop = ({ chosen }: PhotoUpload) => means !== 'none' && chosen.value !== null;
  /** The photo shown on our crop screen, and its upload. */
  const cropping = shallowRef<{ photo: ChosenPhoto; upload: PhotoUpload } | null>(null);

  async function crop(upload: PhotoUpload): Promise<void> {
    const photo = upload.chosen.value;
    if (!photo) return;
    if (means === 'page') {
      cropping.value = { photo, upload };
      return;
    }
    const part = await cropBySystem(photo);
    if (part) await upload.takePart(part);
  }

  /** Null when the user left the screen. */
  async function finish(area: CropArea | null): Promise<void> {
    const open = cropping.value;
    cropping.value = null;
    if (!open || !area) return;
    try {
      await open.upload.takePart(await cutOut(open.photo, area));
    } catch {
      uni.showToast({ title: text.value.photo.cropFailed, icon: 'none' });
    }
  }

  return { cropping, canCrop, crop, finish };
}
