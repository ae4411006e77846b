import { computed, shallowRef, watch } from 'vue';
import type { ChosenPhoto } from '../../platform/choose-photo.ts';
import { missingUploads } from '../job/missing-upload.ts';
import { createPhotoUpload, type PhotoUpload } from './photo-upload.ts';
import type { FormReference } from './request-form.ts';

/** A reference in the form, uploaded or on its way. */
export interface ReferenceItem {
  /** Its identity while the page lives. */
  id: number;
  upload: PhotoUpload;
}

export type ReferenceList = ReturnType<typeof useReferences>;

/** The form's references in their order. One that is removed, or whose first upload is canceled, leaves the list. */
export function useReferences(initial: FormReference[]) {
  let lastId = 0;
  const itemOf = (reference: FormReference | null): ReferenceItem => ({
    id: ++lastId,
    upload: createPhotoUpload(reference),
  });
  const items = shallowRef(initial.map(itemOf));

  /** The uploaded ones. */
  const ready = computed(() =>
    items.value
      .map(({ upload }) => (upload.state.value.status === 'ready' ? upload.state.value.photo : null))
      .filter((reference) => reference !== null),
  );

  async function add(photo: ChosenPhoto): Promise<void> {
    const item = itemOf(null);
    const taken = item.upload.take(photo);
    items.value = [...items.value, item];
    await taken;
  }

  /** Swaps an item with its neighbour. */
  function swap(id: number, by: 1 | -1): void {
    const from = items.value.findIndex((item) => item.id === id);
    const order = [...items.value];
    const [moved, neighbour] = [order[from], order[from + by]];
    if (!moved || !neighbour) return;
    order[from] = neighbour;
    order[from + by] = moved;
    items.value = order;
  }

  watch(
    () => items.value.filter(({ upload }) => upload.state.value.status === 'empty'),
    (gone) => {
      if (gone.length > 0) items.value = items.value.filter((item) => !gone.includes(item));
    },
  );

  watch(
    missingUploads,
    ({ imageFiles, why }) => {
      for (const { upload } of items.value) {
        const { value: state } = upload.state;
        if (state.status === 'ready' && imageFiles.includes(state.photo.image_file)) upload.lose(why);
      }
    },
    { immediate: true },
  );

  return { items, ready, add, swap };
}
