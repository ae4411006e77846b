export type SaveOutcome = 'started' | 'saved' | 'refused' | 'failed';

type Save = (url: string, fileName: string) => Promise<SaveOutcome>;

let save: Save = saveToAlbum;
// #ifdef H5
save = downloadInBrowser;
// #endif

/** Saves one picture: by the browser's download, or into the phone's album, which the person has to allow. */
export const saveImage: Save = (url, fileName) => save(url, fileName);

/** Opens the app's permissions, where the person can allow the album after having refused it. */
export function openPermissions(): void {
  // #ifndef H5
  uni.openSetting({});
  // #endif
}

async function downloadInBrowser(url: string, fileName: string): Promise<SaveOutcome> {
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName;
  // Browsers ignore `download` for another origin, and would leave the page.
  link.target = '_blank';
  link.rel = 'noopener';
  link.click();
  return 'started';
}

async function saveToAlbum(url: string): Promise<SaveOutcome> {
  const filePath = await new Promise<string | null>((resolve) => {
    uni.downloadFile({
      url,
      success: ({ statusCode, tempFilePath }) => resolve(statusCode === 200 ? tempFilePath : null),
      fail: () => resolve(null),
    });
  });
  if (filePath === null) return 'failed';
  return new Promise((resolve) => {
    uni.saveImageToPhotosAlbum({
      filePath,
      success: () => resolve('saved'),
      // WeChat says "auth deny" or "auth denied", and "cancel" when the person closed its question.
      fail: ({ errMsg }: { errMsg?: string }) => resolve(/auth|cancel/.test(errMsg ?? '') ? 'refused' : 'failed'),
    });
  });
}
