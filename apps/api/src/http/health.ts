import type { FastifyInstance } from 'fastify';

/** Whether this process can take orders now; with the reason if not. */
export type Readiness = () => Promise<{ ready: true } | { ready: false; reason: string }>;

export function healthRoutes(server: FastifyInstance, readiness: Readiness): void {
  server.get('/health/live', async () => ({ status: 'ok' }));
  server.get('/health/ready', async (_request, reply) => {
    const state = await readiness();
    return reply
      .code(state.ready ? 200 : 503)
      .header('cache-control', 'no-store')
      .send(state.ready ? { status: 'ok' } : { status: 'unavailable', reason: state.reason });
  });
}
