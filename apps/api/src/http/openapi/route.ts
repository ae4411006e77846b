import type { FastifyInstance } from 'fastify';
import { refuseOtherMethods } from '../refuse-other-methods.ts';
import { openApiDocument } from './document.ts';

export function openApiRoute(server: FastifyInstance, publicUrl: string): void {
  const document = JSON.stringify(openApiDocument(publicUrl));
  server.get('/openapi.json', (_request, reply) => reply.type('application/json; charset=utf-8').send(document));
  refuseOtherMethods(server, '/openapi.json', ['GET', 'HEAD']);
}
