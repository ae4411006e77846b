import { isImageApiError } from '@darkroom/sdk';
import { ref } from 'vue';
import { api } from '../../api.ts';
import { type ChosenPhoto, choosePhoto } from '../../platform/choose-photo.ts';
import type { RequestError } from './describe-failure.ts';
import type { ReferencePhoto } from './order-form.ts';

export type PhotoState =
  | { status: 'empty' }
  | { status: 'uploading'; previewUrl: string }
  | { status: 'ready'; previewUrl: string; photo: ReferencePhoto }
  | { status: 'failed'; previewUrl: string; error: RequestError };

/** One photo: chosen, sent to the service at once, and then ready to be named in an order. */
export function usePhotoUpload(initial: ReferencePhoto | null) {
  const state = ref<PhotoState>(stateOf(initial));
  let chosen: ChosenPhoto | null = null;
  let uploading: AbortController | null = null;

  async function choose(): Promise<void> {
    const photo = await choosePhoto();
    if (!photo) return;
    chosen = photo;
    await upload();
  }

  async function upload(): Promise<void> {
    if (!chosen) return choose();
    const { previewUrl, source } = chosen;
    uploading?.abort();
    const controller = new AbortController();
    uploading = controller;
    state.value = { status: 'uploading', previewUrl };
    try {
      const { image_file, url } = await api.upload(source, { signal: controller.signal });
      state.value = { status: 'ready', previewUrl, photo: { image_file, url } };
    } catch (error) {
      if (!isImageApiError(error)) throw error;
      if (error.code !== 'aborted') state.value = { status: 'failed', previewUrl, error };
    }
  }

  function set(photo: ReferencePhoto | null): void {
    uploading?.abort();
    chosen = null;
    state.value = stateOf(photo);
  }

  return { state, choose, upload, set };
}

function stateOf(photo: ReferencePhoto | null): PhotoState {
  return photo ? { status: 'ready', previewUrl: photo.url, photo } : { status: 'empty' };
}
