import type { FastifyInstance } from 'fastify';

/** Listens on 127.0.0.1 and answers with the port. Port 0 takes the one of last time again if it is free. */
export async function listenOn(app: FastifyInstance, port: number, lastPort: number): Promise<number> {
  if (port === 0 && lastPort !== 0) {
    try {
      return await listen(app, lastPort);
    } catch {
      // Taken by somebody else: links of last time are lost, which is no reason not to start.
    }
  }
  return listen(app, port);
}

async function listen(app: FastifyInstance, port: number): Promise<number> {
  const address = new URL(await app.listen({ host: '127.0.0.1', port }));
  return Number(address.port);
}
