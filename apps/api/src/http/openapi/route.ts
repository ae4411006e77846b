import type { FastifyInstance } from 'fastify';
import { refuseOtherMethods } from '../refuse-other-methods.ts';

/** Serves the OpenAPI document, which is built at the first request for it. */
export function openApiRoute(server: FastifyInstance, publicUrl: string): void {
  let document: string | undefined;
  server.get('/openapi.json', async (_request, reply) => {
    if (document === undefined) {
      const { openApiDocument } = await import('./document.ts');
      document = JSON.stringify(openApiDocument(publicUrl));
    }
    return reply.type('application/json; charset=utf-8').send(document);
  });
  refuseOtherMethods(server, '/openapi.json', ['GET', 'HEAD']);
}
