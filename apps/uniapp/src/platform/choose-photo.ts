import type { UploadSource } from '@darkroom/sdk';

/** A photo on this device. */
export interface ChosenPhoto {
  /** Shows the photo for as long as the page lives. */
  previewUrl: string;
  /** What the sdk uploads: the file's bytes in a browser, its path elsewhere. */
  source: UploadSource;
}

/** Lets the person choose one photo or take one. Null when they changed their mind. */
export function choosePhoto(): Promise<ChosenPhoto | null> {
  return new Promise((resolve) => {
    uni.chooseImage({
      count: 1,
      sizeType: ['compressed'],
      sourceType: ['album', 'camera'],
      success: (result) => resolve(chosen(result)),
      fail: () => resolve(null),
    });
  });
}

function chosen({ tempFilePaths, tempFiles }: UniApp.ChooseImageSuccessCallbackResult): ChosenPhoto | null {
  const [previewUrl] = tempFilePaths;
  if (previewUrl === undefined) return null;
  let source: UploadSource = previewUrl;
  // #ifdef H5
  const [file] = Array.isArray(tempFiles) ? tempFiles : [tempFiles];
  if (file instanceof Blob) source = file;
  // #endif
  return { previewUrl, source };
}
