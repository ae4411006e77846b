import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { GENERATION_PATH } from '@darkroom/contracts/rest';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../src/clock.ts';
import { createCloseServer } from '../src/close-server.ts';
import { buildFaultyServer } from './http/faulty-server.ts';

/** Longer than any test may take: nothing that ends within a test has waited for it. */
const NEVER_MS = 60_000;
/** More than the buffers of two sockets hold. */
const LARGE_BYTES = 32 * 1024 * 1024;

interface Closing {
  port: number;
  close(): Promise<void>;
}

async function listen(requestsEndMs: number): Promise<Closing> {
  const server = await buildFaultyServer(new Error('not to be reached'));
  const chunk = Buffer.alloc(64 * 1024);
  const chunks = Array.from({ length: LARGE_BYTES / chunk.length }, () => chunk);
  server.get('/large', (_, reply) => reply.header('content-length', LARGE_BYTES).send(Readable.from(chunks)));
  const close = createCloseServer(server, systemClock, requestsEndMs);
  const { port } = new URL(await server.listen({ host: '127.0.0.1', port: 0 }));
  return { port: Number(port), close };
}

async function open(port: number, words: string): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }); // never closes its side by itself
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {}); // it may be cut off
  await once(socket, 'connect');
  socket.write(words);
  return socket;
}

/** Begins a download on a keep-alive connection, and reads nothing of it. */
async function beginDownload(port: number): Promise<IncomingMessage> {
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  const request = get({ agent, host: '127.0.0.1', port, path: '/large' });
  const [response]: IncomingMessage[] = await once(request, 'response');
  if (!response) throw new Error('no response');
  return response;
}

async function answerOn(socket: Socket): Promise<string> {
  const [chunk] = await once(socket, 'data');
  return String(chunk);
}

describe('closing a server with idle connections', () => {
  test('closes a connection that never sent a request at once', async () => {
    const { port, close } = await listen(NEVER_MS);
    await open(port, '');
    await answerOn(await open(port, 'GET /health/live HTTP/1.1\r\nhost: a\r\n\r\n')); // both are accepted now
    await close();
  });

  test('closes an idle keep-alive connection between two requests at once', async () => {
    const { port, close } = await listen(NEVER_MS);
    const socket = await open(port, 'GET /health/live HTTP/1.1\r\nhost: a\r\n\r\n');
    expect(await answerOn(socket)).toContain('HTTP/1.1 200');
    await close();
  });
});

test('waits for a running download to end, then closes its connection', async () => {
  const { port, close } = await listen(NEVER_MS);
  const response = await beginDownload(port);
  expect(response.headers.connection).toBe('keep-alive');
  const closed = close();
  expect(await buffer(response)).toHaveLength(LARGE_BYTES);
  await closed;
});

describe('closing a server with clients that do not finish', () => {
  const post = `POST ${GENERATION_PATH} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 10`;

  test.each([
    ['half a header', 'GET /health/live HTTP/1.1\r\nhost: a\r\n'],
    ['half a body', `${post}\r\n\r\n{`],
    ['half a body that was refused', `${post.replace('json', 'x')}\r\n\r\n{`],
    ['no HTTP', 'HELLO\r\n\r\n'],
    ['CONNECT', 'CONNECT a:443 HTTP/1.1\r\nhost: a\r\n\r\n'],
  ])('closes a connection on which the client sent %s after a bounded time', async (_, words) => {
    const { port, close } = await listen(50);
    await open(port, words);
    await answerOn(await open(port, 'GET /health/live HTTP/1.1\r\nhost: a\r\n\r\n'));
    await close();
  });

  test('closes a connection whose client stopped reading a download after a bounded time', async () => {
    const { port, close } = await listen(50);
    const response = await beginDownload(port);
    const cut = expect(once(response, 'error')).resolves.toMatchObject([{ code: 'ECONNRESET' }]);
    await close();
    response.resume();
    await cut;
  });
});
