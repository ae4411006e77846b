import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { Readable } from 'node:stream';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import { createFetch } from 'ofetch';
import type { Connection } from './connection.ts';

/** A request body that is produced while it is sent. */
export interface OutgoingBody {
  /** Bytes of all chunks. */
  length: number;
  chunks(): AsyncIterable<Uint8Array>;
}

interface Post {
  headers: Record<string, string>;
  body: OutgoingBody;
  signal: AbortSignal;
  /** Called before the last bytes of the body are sent. Until then the server has only a part of the body. */
  onLastBytes?: () => void;
}

/** Statuses that have no body by definition. The constructor of `Response` throws if one is given. */
const BODILESS = new Set([204, 205, 304]);
/** Response headers that are read. */
const HEADERS = ['content-encoding', 'content-type', 'retry-after', 'trace-id'];

/** Sends one POST on the connection and returns the final response: any status, the body as a stream, still encoded. */
export async function exchange(connection: Connection, url: string, post: Post): Promise<Response> {
  const { raw } = createFetch({ fetch: async () => toResponse(await send(connection, new URL(url), post)) });
  return raw(url, {
    responseType: 'stream',
    // No retry: it may be billed again. No error by status: the body may say more, see the readers of answers.
    retry: 0,
    ignoreResponseError: true,
  });
}

/** A body that is in memory. */
export function bodyOf(text: string): OutgoingBody {
  const bytes = Buffer.from(text);
  return {
    length: bytes.length,
    async *chunks() {
      yield bytes;
    },
  };
}

/**
 * Uses node:http instead of undici's client. A server or proxy may send any number of interim responses (100, 102, 103)
 * before the final one. undici's client closes the connection at the first, which would lose a billed response.
 */
async function send(connection: Connection, url: URL, post: Post): Promise<IncomingMessage> {
  const socket = await connection.open(url, post.signal);
  const exchanging = request({
    createConnection: () => socket,
    method: 'POST',
    path: url.pathname + url.search,
    headers: { host: url.host, ...post.headers, 'content-length': post.body.length },
    signal: post.signal,
  });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    exchanging.once('response', resolve);
    exchanging.on('error', reject); // `on`: after the response has started, its body reports the error
  });
  void writeBody(exchanging, post);
  return answered;
}

/**
 * Writes the body at the speed of the connection. Never rejects: a failure ends the exchange. A server that refuses
 * before it has read the whole body (such as with 413) reads no more of it, so writing stops at once.
 */
async function writeBody(exchanging: ClientRequest, { body, onLastBytes }: Post): Promise<void> {
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  exchanging.once('response', ({ statusCode = 0 }) => statusCode >= 300 && stop());
  exchanging.once('close', stop);
  let held: Uint8Array | undefined;
  try {
    for await (const chunk of body.chunks()) {
      if (held && !exchanging.write(held)) await once(exchanging, 'drain', { signal: stopping.signal });
      stopping.signal.throwIfAborted();
      held = chunk;
    }
    onLastBytes?.();
    exchanging.end(held);
  } catch (error) {
    // What is thrown is always an Error: of the source, of the connection, or the abort.
    if (!stopping.signal.aborted) exchanging.destroy(error as Error);
  }
}

function toResponse(answer: IncomingMessage): Response {
  const status = answer.statusCode ?? 0;
  // Node's types and the DOM's types describe the same stream class.
  const body = Readable.toWeb(answer) as NodeReadableStream<Uint8Array> as ReadableStream<Uint8Array>;
  const headers = new Headers();
  for (const name of HEADERS) {
    const value = answer.headers[name];
    if (typeof value === 'string') headers.set(name, value);
  }
  return new Response(BODILESS.has(status) ? null : body, { status, headers });
}
