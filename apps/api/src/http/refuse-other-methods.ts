import { ImageError } from '@darkroom/contracts';
import type { FastifyInstance, HTTPMethods } from 'fastify';

/** An address that exists answers a method it does not know with 405 and those it does. OPTIONS is for CORS to answer. */
export function refuseOtherMethods(server: FastifyInstance, url: string, allowed: HTTPMethods[]): void {
  server.route({
    method: server.supportedMethods.filter((method) => method !== 'OPTIONS' && !allowed.includes(method)),
    url,
    // Behind identity, before a byte of the body is read.
    onRequest: async (_request, reply) => {
      reply.header('allow', allowed.join(', '));
      throw new ImageError('method_not_allowed');
    },
    handler: () => {},
  });
}
