import { UPLOAD_MAX_BYTES } from '@darkroom/contracts/limits';
import { ImageApiError, isImageApiError } from '@darkroom/sdk';
import { type Ref, ref, shallowRef } from 'vue';
import { api } from '../../api.ts';
import type { ChosenPhoto } from '../../platform/choose-photo.ts';
import type { RequestError } from '../job/describe-request-failure.ts';
import type { MissingUploads } from '../job/missing-upload.ts';
import type { FormReference } from './request-form.ts';

export type PhotoState =
  | { status: 'empty' }
  | { status: 'uploading'; previewUrl: string }
  | { status: 'ready'; previewUrl: string; photo: FormReference }
  | { status: 'failed'; previewUrl: string; error: RequestError };

export interface PhotoUpload {
  state: Readonly<Ref<PhotoState>>;
  /** The photo as chosen on this visit; null for one from an earlier visit. */
  chosen: Readonly<Ref<ChosenPhoto | null>>;
  /** Uploads a newly chosen photo, replacing any other. */
  take(photo: ChosenPhoto): Promise<void>;
  /** Uploads a crop of the chosen photo; the original can be cropped again. */
  takePart(part: ChosenPhoto): Promise<void>;
  /** Retries a failed upload. */
  retry(): Promise<void>;
  /** Cancels the running upload and restores the previous photo. */
  cancel(): void;
  remove(): void;
  /** The service no longer has the upload. */
  lose(why: MissingUploads['why']): void;
}

/** One reference of the form: uploaded as soon as its photo is chosen, then ready to be named in a request. */
export function createPhotoUpload(initial: FormReference | null): PhotoUpload {
  const state = ref<PhotoState>(stateOf(initial));
  const chosen = shallowRef<ChosenPhoto | null>(null);
  /** The photo or crop of the current or last upload. */
  let sent: ChosenPhoto | null = null;
  let before: { state: PhotoState; chosen: ChosenPhoto | null } = { state: state.value, chosen: null };
  let uploading: AbortController | null = null;

  async function upload(photo: ChosenPhoto): Promise<void> {
    uploading?.abort();
    sent = photo;
    const { previewUrl, source, bytes } = photo;
    const controller = new AbortController();
    uploading = controller;
    state.value = { status: 'uploading', previewUrl };
    try {
      if (bytes > UPLOAD_MAX_BYTES) throw new ImageApiError('payload_too_large');
      const { image_file, url } = await api.upload(source, { signal: controller.signal });
      if (!controller.signal.aborted) state.value = { status: 'ready', previewUrl, photo: { image_file, url } };
    } catch (error) {
      if (!isImageApiError(error)) throw error;
      if (!controller.signal.aborted) state.value = { status: 'failed', previewUrl, error };
    }
  }

  function remember(): void {
    if (state.value.status !== 'uploading') before = { state: state.value, chosen: chosen.value };
  }

  function show(next: PhotoState): void {
    uploading?.abort();
    state.value = next;
  }

  function remove(): void {
    chosen.value = null;
    sent = null;
    show({ status: 'empty' });
  }

  function lose(why: MissingUploads['why']): void {
    if (state.value.status === 'empty') return;
    const { previewUrl } = state.value;
    if (why === 'deleted') remove();
    else show({ status: 'failed', previewUrl, error: new ImageApiError('upload_not_found') });
  }

  return {
    state,
    chosen,
    async take(photo) {
      remember();
      chosen.value = photo;
      await upload(photo);
    },
    async takePart(part) {
      remember();
      await upload(part);
    },
    async retry() {
      if (sent) await upload(sent);
    },
    cancel() {
      chosen.value = before.chosen;
      show(before.state);
    },
    remove,
    lose,
  };
}

function stateOf(photo: FormReference | null): PhotoState {
  return photo ? { status: 'ready', previewUrl: photo.url, photo } : { status: 'empty' };
}
