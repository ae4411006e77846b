import { sniff } from './inspect.ts';
import { openPicture } from './open-picture.ts';

/** Whether the whole picture decodes as the type it claims; see `Pictures.decodes`. */
export async function decodes(bytes: Uint8Array, contentType: 'image/jpeg' | 'image/png'): Promise<boolean> {
  if (sniff(bytes) !== contentType) return false;
  try {
    // Every row is read; the small result keeps the memory of a large picture out of ours.
    await openPicture(bytes, 'error')
      .resize({ width: 8, height: 8, fit: 'fill', fastShrinkOnLoad: false })
      .raw()
      .toBuffer();
    return true;
  } catch {
    return false;
  }
}
