import type { FastifyInstance } from 'fastify';
import { refuseOtherMethods } from './refuse-other-methods.ts';

/** Whether this process can accept requests now, with the reason if not. */
export type Readiness = () => Promise<{ ready: true } | { ready: false; reason: string }>;

export function healthRoutes(server: FastifyInstance, readiness: Readiness): void {
  server.get('/health/live', async () => ({ status: 'ok' }));
  server.get('/health/ready', async (_request, reply) => {
    const state = await readiness();
    reply.code(state.ready ? 200 : 503);
    return state.ready ? { status: 'ok' } : { status: 'unavailable', reason: state.reason };
  });
  for (const url of ['/health/live', '/health/ready']) refuseOtherMethods(server, url, ['GET', 'HEAD']);
}
