import { thumbHashToDataURL } from 'thumbhash';

/** Shortest valid thumbhash, in bytes. */
const HASH_BYTES_MIN = 5;

/** Cached: some kB each, read at every rendering. */
const known = new Map<string, string | null>();

/** An asset's `placeholder` as a data URL of a blurred image of 32 px; null without one. */
export function placeholderUrl(placeholder: string | null | undefined): string | null {
  if (!placeholder) return null; // also undefined: from a service that is older than this page
  const url = known.get(placeholder) ?? draw(placeholder);
  known.set(placeholder, url);
  return url;
}

function draw(placeholder: string): string | null {
  const hash = new Uint8Array(uni.base64ToArrayBuffer(placeholder));
  return hash.length < HASH_BYTES_MIN ? null : thumbHashToDataURL(hash);
}

/** The same as a background style. */
export function placeholderStyle(placeholder: string | null | undefined): Record<string, string> {
  const url = placeholderUrl(placeholder);
  return url === null ? {} : { backgroundImage: `url(${url})`, backgroundSize: '100% 100%' };
}
