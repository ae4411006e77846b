import { explainUnlisted } from './domain-list.ts';

/** `refused`: the person, or the phone, does not let the app into the album. */
export type SaveOutcome = 'started' | 'saved' | 'refused' | 'failed';

type Save = (url: string, fileName: string) => Promise<SaveOutcome>;

let save: Save = saveToAlbum;
// #ifdef H5
save = downloadInBrowser;
// #endif

/** Saves one picture: by the browser's download, or into the phone's album, which the person has to allow. */
export const saveImage: Save = (url, fileName) => save(url, fileName);

/**
 * Opens the app's permissions, where the person can allow the album after having refused it; true when they are known to have
 * done so. A native app's settings are the phone's, which tell nothing.
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
      // WeChat says "auth deny" or "auth denied", "privacy permission is not authorized", and "cancel" when the person closed
      // its question.
      fail: ({ errMsg }: { errMsg?: string }) => resolve(/auth|cancel/.test(errMsg ?? '') ? 'refused' : 'failed'),
    });
  });
}

/** The path of the file, which WeChat fetches by a domain list of its own; null when it was not to be had. */
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
