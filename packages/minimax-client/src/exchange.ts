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

/** Statuses without a body by definition: a `Response` refuses one. */
const BODILESS = new Set([204, 205, 304]);

/** One POST on the connection, and the final answer to it: whatever its status, and its body as it comes from the wire. */
export async function exchange(connection: Connection, url: string, post: Post): Promise<Response> {
  const { raw } = createFetch({ fetch: async () => toResponse(await send(connection, new URL(url), post)) });
  return raw(url, {
    responseType: 'stream',
    // A repeat may be billed, and every answer is judged by its base_resp first.
    retry: 0,
    ignoreResponseError: true,
  });
}

/**
 * Node's own HTTP client reads the answer: a server or a proxy may send any number of interim answers before it (100, 102,
 * 103), at the first of which undici's client hangs up, and what was paid for is lost.
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
    exchanging.on('error', reject); // also once the answer has begun, when its body tells
  });
}

function toResponse(answer: IncomingMessage): Response {
  const status = answer.statusCode ?? 0;
  // Node's and the DOM's type of the same stream.
  const body = Readable.toWeb(answer) as NodeReadableStream<Uint8Array> as ReadableStream<Uint8Array>;
  const headers = new Headers();
  for (const name of ['content-encoding', 'retry-after', 'trace-id']) {
    const value = answer.headers[name];
    if (typeof value === 'string') headers.set(name, value);
  }
  return new Response(BODILESS.has(status) ? null : body, { status, headers });
}
