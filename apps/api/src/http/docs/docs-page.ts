import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { refuseOtherMethods } from '../refuse-other-methods.ts';

const PATH = '/docs';

interface Options {
  /** Whether `/dev/token` exists, so that the page can fill in a token. */
  hasDevToken: boolean;
}

/**
 * Serves Swagger UI for the OpenAPI document. All its files come from this server. Its modules are loaded at the first
 * request for it: they are a tenth of the modules of a start, and Fastify registers no plugin after it listens.
 */
export function docsPage(server: FastifyInstance, { hasDevToken }: Options): void {
  let swaggerUi: Promise<FastifyInstance> | undefined;
  const load = async () => {
    const { createSwaggerUi } = await import('./swagger-ui.ts');
    return createSwaggerUi({ path: PATH, hasDevToken, log: server.log });
  };

  async function answer({ method, url, headers }: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    swaggerUi ??= load();
    const page = await (await swaggerUi).inject({ method: method === 'HEAD' ? 'HEAD' : 'GET', url, headers });
    const { connection: _connection, 'transfer-encoding': _encoding, ...ownHeaders } = page.headers;
    return reply.code(page.statusCode).headers(ownHeaders).send(page.rawPayload);
  }

  for (const url of [PATH, `${PATH}/*`]) {
    server.get(url, answer);
    refuseOtherMethods(server, url, ['GET', 'HEAD']);
  }
}
