import type { IncomingMessage } from 'node:http';
import type { LookupFunction } from 'node:net';
import { promisify } from 'node:util';
import { brotliDecompress, unzip } from 'node:zlib';
import createConnector from 'undici/lib/core/connect.js';
import { createGuardedConnector, RefusedAddressError } from './address-guard.ts';
import { httpGet } from './http-get.ts';
import { DownloadError } from './image-processor.ts';
import { isTruncated, sniff } from './inspect.ts';

/** Redirects followed in one try. */
const REDIRECTS_MAX = 3;

const TRANSIENT_4XX = new Set([408, 429]);

export interface DownloadDeps {
  /** Milliseconds for the whole exchange, including redirects. */
  timeoutMs: number;
  /** Most bytes of one image; one more is an error. */
  maxBytes: number;
  /** The one origin that may have any address, including private networks. */
  trustedOrigin: string;
  lookup?: LookupFunction | undefined;
  startDeadline: StartDeadline;
}

/** Calls back once, after this many milliseconds in which the process ran. Returns the function that cancels it. */
export type StartDeadline = (delayMs: number, callback: () => void) => () => void;

type Download = (url: string, signal: AbortSignal) => Promise<Uint8Array>;

/** Creates the function that makes one try at one image: no retries, no cookies, no credentials. */
export function createDownload({ timeoutMs, maxBytes, trustedOrigin, lookup, startDeadline }: DownloadDeps): Download {
  const guarded = createGuardedConnector({ timeoutMs, lookup });
  const unguarded = createConnector({ timeout: timeoutMs, allowH2: false });
  const trusted = new URL(trustedOrigin).origin;

  /** One hop: returns the body, or the location of a redirect. */
  async function fetchHop(target: Target, signal: AbortSignal): Promise<Body | { location: string }> {
    const closing = new AbortController();
    try {
      const response = await httpGet({
        connect: target.origin === trusted ? unguarded : guarded,
        origin: target.origin,
        path: target.path,
        headers: REQUEST_HEADERS,
        signal: AbortSignal.any([signal, closing.signal]),
      });
      const location = redirectLocation(response);
      if (location !== undefined) return { location };
      assertAcceptable(target.host, response, maxBytes);
      const bytes = await decodeBody(await readBody(target.host, response, maxBytes), response, maxBytes);
      return { bytes, isComplete: hasKnownEnd(response) || !isTruncated(bytes) };
    } finally {
      closing.abort(); // closes the connection, whether or not it was read to its end
    }
  }

  async function follow(url: string, signal: AbortSignal): Promise<Body> {
    let target = parseTarget(url);
    for (let redirects = 0; ; redirects++) {
      const result = await fetchHop(target, signal).catch((error) => Promise.reject(describe(target.host, error)));
      if ('bytes' in result) return result;
      if (redirects === REDIRECTS_MAX) {
        throw new DownloadError(`GET ${target.host}: more than ${REDIRECTS_MAX} redirects`, { permanent: true });
      }
      target = parseTarget(result.location, target);
    }
  }

  /** Fetches a body that may be truncated once more: a connection is hardly ever cut at the same byte twice. */
  async function fetchComplete(url: string, signal: AbortSignal): Promise<Uint8Array> {
    const first = await follow(url, signal);
    if (first.isComplete) return first.bytes;
    const second = await follow(url, signal);
    if (second.isComplete || second.bytes.byteLength === first.bytes.byteLength) return second.bytes;
    throw new DownloadError(`GET ${parseTarget(url).host}: the body ends early`, { permanent: false });
  }

  return async (url, signal) => {
    const deadline = new AbortController();
    const cancelTimer = startDeadline(timeoutMs, () => deadline.abort());
    try {
      return await fetchComplete(url, AbortSignal.any([signal, deadline.signal]));
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (!deadline.signal.aborted) throw error;
      const host = URL.parse(url)?.host ?? 'an unreadable URL';
      throw new DownloadError(`GET ${host}: not finished after ${timeoutMs} ms`, { permanent: false, cause: error });
    } finally {
      cancelTimer();
    }
  };
}

const REQUEST_HEADERS = { accept: 'image/*', 'accept-encoding': 'identity', 'user-agent': 'Darkroom' };

interface Body {
  bytes: Uint8Array;
  /** False if only a second fetch can tell whether the body is complete. */
  isComplete: boolean;
}

interface Target {
  origin: string;
  /** With the port. Safe to log. */
  host: string;
  /** Path and query, byte for byte as given. */
  path: string;
  href: string;
}

/** Signed links sign their exact spelling, so the request repeats it; only what HTTP cannot carry is encoded. */
const RAW_PATH = /^https?:\/\/[^/?#\\]+(\/[\x21-\x7e]*)$/i;

function parseTarget(text: string, base?: Target): Target {
  const url = URL.parse(text, base?.href);
  if (!url || !/^https?:$/.test(url.protocol)) {
    const from = base ? `GET ${base.host}: redirect to` : 'GET';
    throw new DownloadError(`${from} a URL that is not http or https`, { permanent: true });
  }
  const rawPath = RAW_PATH.exec(text)?.[1]?.replace(/#.*$/, '');
  return { origin: url.origin, host: url.host, path: rawPath ?? url.pathname + url.search, href: url.href };
}

function redirectLocation({ statusCode, headers }: IncomingMessage): string | undefined {
  const { location } = headers;
  return [301, 302, 303, 307, 308].includes(statusCode ?? 0) && typeof location === 'string' ? location : undefined;
}

function assertAcceptable(host: string, { statusCode = 0, headers }: IncomingMessage, maxBytes: number): void {
  if (statusCode !== 200) {
    const permanent = statusCode < 500 && !TRANSIENT_4XX.has(statusCode);
    throw new DownloadError(`GET ${host}: HTTP ${statusCode}`, { permanent });
  }
  if (Number(headers['content-length'] ?? 0) > maxBytes) throw tooManyBytes(host);
}

async function readBody(host: string, body: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // Without an encoding the chunks of a message are buffers.
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooManyBytes(host);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const unzipBytes = promisify(unzip); // recognises gzip and deflate by their first bytes
const DECODERS = new Map([
  ['gzip', unzipBytes],
  ['x-gzip', unzipBytes],
  ['deflate', unzipBytes],
  ['br', promisify(brotliDecompress)],
]);

/** Some stores send a content coding that was not requested, and some name one that they did not apply. */
async function decodeBody(body: Uint8Array, { headers }: IncomingMessage, maxBytes: number) {
  const decode = DECODERS.get(String(headers['content-encoding']).toLowerCase());
  return decode && sniff(body) === null ? decode(body, { maxOutputLength: maxBytes }) : body;
}

/** Without a length or chunks a body ends with its connection, truncated or not. */
function hasKnownEnd({ headers }: IncomingMessage): boolean {
  return headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
}

function tooManyBytes(host: string): DownloadError {
  return new DownloadError(`GET ${host}: too many bytes`, { permanent: true });
}

function describe(host: string, error: unknown): DownloadError {
  if (error instanceof DownloadError) return error;
  if (isDecodedTooLarge(error)) return tooManyBytes(host);
  if (error instanceof RefusedAddressError) {
    return new DownloadError(`GET ${host}: not a public address`, { permanent: true, cause: error });
  }
  const reason = error instanceof Error ? error.message : String(error);
  return new DownloadError(`GET ${host}: ${reason}`, { permanent: false, cause: error });
}

function isDecodedTooLarge(error: unknown): boolean {
  return error instanceof RangeError && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
}
