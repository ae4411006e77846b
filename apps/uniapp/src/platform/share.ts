/** `shared`: the image files through the system's share sheet. `copied`: the page's address. */
export type ShareOutcome = 'shared' | 'copied' | 'canceled' | 'failed';

export interface SharedImage {
  url: string;
  fileName: string;
}

/** In a mini program only a button with `open-type="share"` shares, and the page's `onShareAppMessage` says what. */
export function sharesByButton(): boolean {
  let isButton = false;
  // #ifdef MP-WEIXIN
  isButton = true;
  // #endif
  return isButton;
}

/**
 * Passes the image files to the browser's share sheet; without one, copies the page's address, which opens for
 * the same user only. Image links are never shared: they are signed and open for anybody.
 */
export async function shareImages(title: string, images: SharedImage[]): Promise<ShareOutcome> {
  let outcome: ShareOutcome = 'failed';
  // #ifdef H5
  outcome = await shareInBrowser(title, images);
  // #endif
  return outcome;
}

async function shareInBrowser(title: string, images: SharedImage[]): Promise<ShareOutcome> {
  try {
    if (typeof navigator.canShare === 'function') {
      const files = await Promise.all(images.map(fetchFile));
      if (navigator.canShare({ files })) {
        await navigator.share({ title, files });
        return 'shared';
      }
    }
    await navigator.clipboard.writeText(pageAddress());
    return 'copied';
  } catch (error) {
    return error instanceof DOMException && error.name === 'AbortError' ? 'canceled' : 'failed';
  }
}

async function fetchFile({ url, fileName }: SharedImage): Promise<File> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`The image was answered with ${answer.status}.`);
  const bytes = await answer.blob();
  return new File([bytes], fileName, { type: bytes.type });
}

/** Without a query before the hash, where a token may stand. */
function pageAddress(): string {
  const { origin, pathname, hash } = window.location;
  return `${origin}${pathname}${hash}`;
}
