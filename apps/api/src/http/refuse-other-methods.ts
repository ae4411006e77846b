import { ImageError } from '@darkroom/contracts';
import type { FastifyInstance, HTTPMethods } from 'fastify';

const METHODS: HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** An address that exists answers a method it does not know with 405 and those it does. */
export function refuseOtherMethods(server: FastifyInstance, url: string, allowed: HTTPMethods[]): void {
  server.route({
    method: METHODS.filter((method) => !allowed.includes(method)),
    url,
    handler: (_request, reply) => {
      reply.header('allow', allowed.join(', '));
      throw new ImageError('method_not_allowed');
    },
  });
}
