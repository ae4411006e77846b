import { isIP } from 'node:net';

/** What a URL's host may be beside an address: `*`, `$` and braces never resolve, and no origin contains them. */
const HOST_NAME = /^[a-z0-9_]([a-z0-9_-]*)(\.[a-z0-9_-]+)*\.?$/;

export function isHostName(hostname: string): boolean {
  return HOST_NAME.test(hostname) || isIP(hostname.replace(/^\[(.*)\]$/, '$1')) !== 0;
}

/** An http(s) URL that can be asked: fetch refuses credentials in one, and nothing listens on port 0. */
export function isHttpUrl(text: string): boolean {
  if (!/^https?:\/\/\S+$/.test(text) || !URL.canParse(text)) return false;
  const { hostname, port, username, password } = new URL(text);
  return isHostName(hostname) && port !== '0' && username === '' && password === '';
}

/** What paths are put behind. */
export function isBaseUrl(text: string): boolean {
  return isHttpUrl(text) && !/[?#]/.test(text);
}

/** Of a browser's Origin header; a trailing slash is forgiven, since the origin is read out of it. */
export function isOrigin(text: string): boolean {
  return isBaseUrl(text) && new URL(text).pathname === '/';
}

/** `/v1/image_generation` is put behind it, whether `/v1` is there or not; any other path is another API's. */
export function isProviderUrl(text: string): boolean {
  return isBaseUrl(text) && /^\/*(v1\/*)?$/.test(new URL(text).pathname);
}
