import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { createMiniMaxClient, type MiniMaxClientOptions, MiniMaxError } from '../../src/index.ts';

interface AnsweringServer {
  url: string;
  /** Requests whose body has arrived. */
  requests: { path: string; headers: IncomingMessage['headers']; body: string }[];
}

type Answer = (response: ServerResponse, request: IncomingMessage) => void | Promise<void>;

/** A loopback server that reads a request and then answers it. It is closed after the test. */
export async function startAnsweringServer(answer: Answer): Promise<AnsweringServer> {
  const requests: AnsweringServer['requests'] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    requests.push({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString() });
    await answer(response, request);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  // A listening TCP server always has an address with a port.
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

export const STREAM = { 'content-type': 'text/event-stream' };

/** Answers with a whole stream. */
export const streamOf = (text: string) => (response: ServerResponse) => void response.writeHead(200, STREAM).end(text);

/** Answers with JSON. */
export const jsonOf =
  (body: unknown, status = 200, headers = {}) =>
  (response: ServerResponse) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));

/** One event as MiniMax frames it. */
export function frame(type: string, data: object = {}): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;
}

export const succeeded = (index: number, data: object = {}) =>
  frame('image_generation.partial_succeeded', { image_index: index, url: linkOf(index), size: '64x32', ...data });

export const COMPLETED = frame('image_generation.completed', {
  usage: { input_tokens: 50, output_tokens: 4096, total_tokens: 4146 },
  request_id: 'req-1',
});

export const linkOf = (index: number | string) => `https://cdn.example.com/a%2F${index}.jpg?Signature=x`;

/** Client whose images endpoints are at this address. */
export const clientOf = (baseUrl: string, options: Partial<MiniMaxClientOptions> = {}) =>
  createMiniMaxClient({ apiKey: 'k3y', baseUrl, ...options });

export const STREAMED = { model: 'MiniMax-H3-Image', prompt: 'a red fox', n: 3, stream: true } as const;

export async function failureOf(result: Promise<unknown>): Promise<MiniMaxError> {
  const error = await result.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!MiniMaxError.isInstance(error)) throw new Error('Expected a MiniMaxError.', { cause: error });
  return error;
}
