import { isIP } from 'node:net';

/** A URL's host other than an IP address. `*`, `$` and braces never resolve, and no origin contains them. */
const HOST_NAME = /^[a-z0-9_]([a-z0-9_-]*)(\.[a-z0-9_-]+)*\.?$/;

export function isHostName(hostname: string): boolean {
  return HOST_NAME.test(hostname) || isIP(hostname.replace(/^\[(.*)\]$/, '$1')) !== 0;
}

/** An http(s) URL that can be fetched: `fetch` rejects a URL with credentials, and nothing listens on port 0. */
export function isHttpUrl(text: string): boolean {
  if (!/^https?:\/\/\S+$/.test(text) || !URL.canParse(text)) return false;
  const { hostname, port, username, password } = new URL(text);
  return isHostName(hostname) && port !== '0' && username === '' && password === '';
}

/** An http(s) URL to which paths are appended: without query or fragment. */
export function isBaseUrl(text: string): boolean {
  return isHttpUrl(text) && !/[?#]/.test(text);
}

/** An origin as in a browser's Origin header. A trailing slash is accepted: the origin is parsed from the URL. */
export function isOrigin(text: string): boolean {
  return isBaseUrl(text) && new URL(text).pathname === '/';
}

/** The client appends `/v1/image_generation`, with or without `/v1` here. Any other path belongs to another API. */
export function isProviderUrl(text: string): boolean {
  return isBaseUrl(text) && /^\/*(v1\/*)?$/.test(new URL(text).pathname);
}
