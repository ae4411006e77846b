import type { FastifyInstance } from 'fastify';

/**
 * Listens on 127.0.0.1 and resolves with the port. Port 0 takes `lastPort` if it is free, otherwise any free port.
 * Rejects if `port` is taken.
 */
export async function listenOn(app: FastifyInstance, port: number, lastPort: number): Promise<number> {
  if (port === 0 && lastPort !== 0) {
    try {
      return await listen(app, lastPort);
    } catch {
      // Another process has the port. Start on a free one; links from the last run no longer work.
    }
  }
  return listen(app, port);
}

async function listen(app: FastifyInstance, port: number): Promise<number> {
  const address = new URL(await app.listen({ host: '127.0.0.1', port }));
  return Number(address.port);
}
