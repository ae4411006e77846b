import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import * as z from 'zod';

/** A provider that answers with the given links, and serves some of them itself. */
export interface LinkProvider {
  url: string;
  port: number;
  /** Sets the links in the answer to this prompt. */
  answer(prompt: string, ...links: string[]): void;
  /** Serves a path; returns the link to it. */
  serve(path: string, listener: RequestListener): string;
}

const GenerationRequest = z.object({ prompt: z.string() });

export async function startLinkProvider(): Promise<LinkProvider> {
  const answers = new Map<string, string[]>();
  const paths = new Map<string, RequestListener>();

  async function answerCall(request: IncomingMessage): Promise<string> {
    const { prompt } = GenerationRequest.parse(await json(request));
    const image_urls = answers.get(prompt) ?? [];
    return JSON.stringify({ id: 'a-call', data: { image_urls }, base_resp: { status_code: 0, status_msg: 'success' } });
  }

  const server = createServer(async (request, response) => {
    const listener = paths.get(request.url ?? '');
    if (listener) return listener(request, response);
    response.setHeader('content-type', 'application/json');
    response.end(await answerCall(request));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  // A listening TCP server always has an address with a port.
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    port,
    answer: (prompt, ...links) => void answers.set(prompt, links),
    serve(path, listener) {
      paths.set(path, listener);
      return url + path;
    },
  };
}
