import { explainUnlisted } from './domain-list.ts';

/** `refused`: the user or the phone denies access to the album. */
export type SaveOutcome = 'started' | 'saved' | 'refused' | 'failed';

type Save = (url: string, fileName: string) => Promise<SaveOutcome>;

let save: Save = saveToAlbum;
// #ifdef H5
save = downloadInBrowser;
// #endif

/** Saves one image: as a browser download, or to the phone's album, which needs permission. */
export const saveImage: Save = (url, fileName) => save(url, fileName);

/**
 * Opens the app's permissions so that a denied album access can be granted; true when it was granted. A native app opens the
 * phone's settings, which report nothing.
 */
export function openPermissions(): Promise<boolean> {
  let opening = Promise.resolve(false);
  // #ifdef APP-PLUS
  uni.openAppAuthorizeSetting({});
  // #endif
  // #ifdef MP
  opening = new Promise((resolve) => {
    uni.openSetting({
      success: ({ authSetting }) => resolve(authSetting['scope.writePhotosAlbum'] === true),
      fail: () => resolve(false),
    });
  });
  // #endif
  return opening;
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
  const filePath = await download(url);
  if (filePath === null) return 'failed';
  return new Promise((resolve) => {
    uni.saveImageToPhotosAlbum({
      filePath,
      success: () => resolve('saved'),
      // WeChat says "auth deny" or "auth denied", "privacy permission is not authorized", and "cancel" when the user closed
      // its question.
      fail: ({ errMsg }: { errMsg?: string }) => resolve(/auth|cancel/.test(errMsg ?? '') ? 'refused' : 'failed'),
    });
  });
}

/** Path of the downloaded file (WeChat checks its downloadFile domain list); null when the download failed. */
function download(url: string): Promise<string | null> {
  return new Promise((resolve) => {
    uni.downloadFile({
      url,
      success: ({ statusCode, tempFilePath }) => resolve(statusCode === 200 ? tempFilePath : null),
      fail: ({ errMsg }: { errMsg?: string }) => {
        explainUnlisted('downloadFile', url, errMsg);
        resolve(null);
      },
    });
  });
}
