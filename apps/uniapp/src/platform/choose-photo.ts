import type { UploadSource } from '@darkroom/sdk';

/** A photo on this device. */
export interface ChosenPhoto {
  /** Shows the photo for as long as the page lives. */
  previewUrl: string;
  /** What the sdk uploads: the file's bytes in a browser, its path elsewhere. */
  source: UploadSource;
  bytes: number;
}

/** `either` leaves the choice to the platform's own sheet or file chooser. */
export type PhotoOrigin = 'either' | 'camera';

/** `canceled`: by the user. `refused`: no permission for camera or album. */
export type PhotoChoice = { outcome: 'chosen'; photo: ChosenPhoto } | { outcome: 'canceled' | 'refused' };

/** What the service takes. Naming it makes iPhones hand over JPEG in place of their own HEIC. */
export const UPLOAD_EXTENSIONS = ['jpg', 'jpeg', 'png', 'webp', 'avif'];

let choose: (origin: PhotoOrigin) => Promise<PhotoChoice> = chooseImage;
// #ifdef MP-WEIXIN
choose = chooseMedia;
// #endif

/** Asks for one photo from the album or the camera. */
export const choosePhoto = (origin: PhotoOrigin): Promise<PhotoChoice> => choose(origin);

/** Whether to offer the camera separately: file choosers of mobile browsers may lack it. */
export function offersCamera(): boolean {
  let offers = false;
  // #ifdef H5
  offers = window.matchMedia('(pointer: coarse)').matches;
  // #endif
  return offers;
}

function chooseImage(origin: PhotoOrigin): Promise<PhotoChoice> {
  return new Promise((resolve) => {
    uni.chooseImage({
      count: 1,
      sizeType: ['compressed'],
      extension: UPLOAD_EXTENSIONS,
      sourceType: origin === 'camera' ? ['camera'] : ['album', 'camera'],
      success: ({ tempFilePaths, tempFiles }) => {
        const [file] = Array.isArray(tempFiles) ? tempFiles : [tempFiles];
        const path = tempFilePaths[0] ?? '';
        let source: UploadSource = path;
        // #ifdef H5
        if (file instanceof Blob) source = file;
        // #endif
        resolve(chosen(path, source, file?.size));
      },
      fail: (error: unknown) => resolve(notChosen(error)),
    });
  });
}

/** Replaces `chooseImage`, which WeChat no longer maintains. */
function chooseMedia(): Promise<PhotoChoice> {
  return new Promise((resolve) => {
    uni.chooseMedia({
      count: 1,
      mediaType: ['image'],
      sizeType: ['compressed'],
      sourceType: ['album', 'camera'],
      success: ({ tempFiles: [file] }) =>
        resolve(chosen(file?.tempFilePath ?? '', file?.tempFilePath ?? '', file?.size)),
      fail: (error: unknown) => resolve(notChosen(error)),
    });
  });
}

function chosen(previewUrl: string, source: UploadSource, bytes = 0): PhotoChoice {
  return previewUrl ? { outcome: 'chosen', photo: { previewUrl, source, bytes } } : { outcome: 'canceled' };
}

/** By WeChat's words: "cancel"; "auth deny", "system permission denied", "privacy permission is not authorized". */
function notChosen(error: unknown): PhotoChoice {
  const isRefused = /auth|den(y|ied)|permission|privacy/.test(messageOf(error));
  return { outcome: isRefused ? 'refused' : 'canceled' };
}

function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'errMsg' in error ? String(error.errMsg) : '';
}
