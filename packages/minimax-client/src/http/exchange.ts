import { type IncomingMessage, request } from 'node:http';
import { Readable } from 'node:stream';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import { createFetch } from 'ofetch';
import type { Connection } from './connection.ts';

interface Post {
  headers: Record<string, string>;
  body: string;
  signal: AbortSignal;
}

/** Statuses that have no body by definition. The constructor of `Response` throws if one is given. */
const BODILESS = new Set([204, 205, 304]);

/** Sends one POST on the connection and returns the final response: any status, the body as a stream, still encoded. */
export async function exchange(connection: Connection, url: string, post: Post): Promise<Response> {
  const { raw } = createFetch({ fetch: async () => toResponse(await send(connection, new URL(url), post)) });
  return raw(url, {
    responseType: 'stream',
    // No retry: it may be billed again. No error by status: base_resp decides first, see read-answer.ts.
    retry: 0,
    ignoreResponseError: true,
  });
}

/**
 * Uses node:http instead of undici's client. A server or proxy may send any number of interim responses (100, 102, 103)
 * before the final one. undici's client closes the connection at the first, which would lose a billed response.
 */
async function send(connection: Connection, url: URL, { headers, body, signal }: Post): Promise<IncomingMessage> {
  const socket = await connection.open(url, signal);
  const exchanging = request({
    createConnection: () => socket,
    method: 'POST',
    path: url.pathname + url.search,
    headers: { host: url.host, ...headers, 'content-length': Buffer.byteLength(body) },
    signal,
  });
  exchanging.end(body);
  return new Promise((resolve, reject) => {
    exchanging.once('response', resolve);
    exchanging.on('error', reject); // `on`: after the response has begun, its body reports the error
  });
}

function toResponse(answer: IncomingMessage): Response {
  const status = answer.statusCode ?? 0;
  // Node's types and the DOM's types describe the same stream class.
  const body = Readable.toWeb(answer) as NodeReadableStream<Uint8Array> as ReadableStream<Uint8Array>;
  const headers = new Headers();
  for (const name of ['content-encoding', 'retry-after', 'trace-id']) {
    const value = answer.headers[name];
    if (typeof value === 'string') headers.set(name, value);
  }
  return new Response(BODILESS.has(status) ? null : body, { status, headers });
}
