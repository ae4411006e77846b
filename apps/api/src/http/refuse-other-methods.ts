import { ImageError } from '@darkroom/contracts';
import type { FastifyInstance, HTTPMethods } from 'fastify';

/** Answers every other method of a URL with 405 and the allowed methods. Leaves OPTIONS to CORS. */
export function refuseOtherMethods(server: FastifyInstance, url: string, allowed: HTTPMethods[]): void {
  server.route({
    method: server.supportedMethods.filter((method) => method !== 'OPTIONS' && !allowed.includes(method)),
    url,
    // Runs after authentication, before a byte of the body is read.
    onRequest: async (_request, reply) => {
      reply.header('allow', allowed.join(', '));
      throw new ImageError('method_not_allowed');
    },
    handler: () => {},
  });
}
