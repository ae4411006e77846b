import { thumbHashToDataURL } from 'thumbhash';

/** Bytes before which a thumbhash has not even said its colours. */
const HASH_BYTES_MIN = 5;

/** Some kB each, and asked for at every rendering. */
const known = new Map<string, string | null>();

/** What an asset's `placeholder` looks like: a blurred picture of 32 px as a data URL, or null where there is none. */
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

/** The same as a style for the element beneath a picture. */
export function placeholderStyle(placeholder: string | null | undefined): Record<string, string> {
  const url = placeholderUrl(placeholder);
  return url === null ? {} : { backgroundImage: `url(${url})`, backgroundSize: '100% 100%' };
}
