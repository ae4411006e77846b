import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** Of a request that is under way when all work is done: its answer is there, and a slow phone has yet to take it in. */
const REQUESTS_END_MS = 3_000;

/**
 * How a server ends, in bounded time whatever its clients do: no new connections, idle ones are closed at once, and what is
 * under way has `requestsEndMs`. To be called before the server listens.
 */
export function createCloseServer(server: FastifyInstance, requestsEndMs = REQUESTS_END_MS): () => Promise<void> {
  const connections = new Set<Socket>();
  let closing = false;

  server.server.on('connection', (socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  server.server.on('request', ({ socket }, response) => {
    // Node looks for idle connections once, as the closing begins. This one was busy then, and was told to stay.
    response.once('finish', () => closing && socket.destroySoon());
  });

  return async function closeServer() {
    closing = true;
    // Node's own closeAllConnections knows nothing of a connection whose parser is gone, as of a refused CONNECT.
    const cut = setTimeout(() => {
      for (const socket of connections) socket.destroy();
    }, requestsEndMs);
    // A browser opens connections ahead of its requests, and Node takes them for busy.
    for (const socket of connections) if (socket.bytesRead === 0) socket.destroy();
    await server.close();
    clearTimeout(cut);
  };
}
