import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { type Clock, callAfter } from './clock.ts';

/** Time left to requests in flight once all work is done: a slow phone may still be receiving its response. */
const REQUESTS_END_MS = 3_000;

/**
 * Returns a function that closes the server in bounded time, whatever its clients do. It accepts no new connections,
 * closes idle ones at once, and destroys the remaining ones after `requestsEndMs` milliseconds. Must be called before
 * the server listens.
 */
export function createCloseServer(
  server: FastifyInstance,
  clock: Pick<Clock, 'sleep'>,
  requestsEndMs = REQUESTS_END_MS,
): () => Promise<void> {
  const connections = new Set<Socket>();
  let closing = false;

  server.server.on('connection', (socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  server.server.on('request', ({ socket }, response) => {
    // Node closes idle connections only once, when closing starts. This one was busy then and is kept alive.
    response.once('finish', () => closing && socket.destroySoon());
  });

  return async function closeServer() {
    closing = true;
    // Node's closeAllConnections misses connections that have no HTTP parser any more, such as a refused CONNECT.
    const cancelCut = callAfter(clock, requestsEndMs, () => {
      for (const socket of connections) socket.destroy();
    });
    // Browsers open connections before they send a request; Node counts these as busy.
    for (const socket of connections) if (socket.bytesRead === 0) socket.destroy();
    await server.close();
    cancelCut();
  };
}
