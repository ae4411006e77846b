import swagger, { type StaticDocumentSpec } from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { type FastifyBaseLogger, type FastifyInstance, fastify, LogController } from 'fastify';
import { replyToErrors } from '../error-replies.ts';
import { openApiDocument } from '../openapi/document.ts';
import { prefillToken } from './prefill-token.ts';

/** Nothing is loaded from another host, and only the page's own scripts run. */
const CSP = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self' 'unsafe-inline'", // the page's script sets inline styles
  'img-src': "'self' data: blob:",
  'connect-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
};

interface Options {
  /** Path under which the page and its files are served. */
  path: string;
  /** Whether `/dev/token` exists, so that the page can fill in a token. */
  hasDevToken: boolean;
  log: FastifyBaseLogger;
}

/** Builds a server that does not listen and answers everything under `path`: Swagger UI for the OpenAPI document. */
export async function createSwaggerUi({ path, hasDevToken, log }: Options): Promise<FastifyInstance> {
  const server = fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    routerOptions: { ignoreTrailingSlash: true },
  });
  replyToErrors(server);
  // The plugin passes the document on unchanged; only its types are limited to versions before 3.1.
  const document = openApiDocument('/') as unknown as StaticDocumentSpec['document'];
  await server.register(swagger, { mode: 'static', specification: { document } });
  await server.register(swaggerUi, {
    routePrefix: path,
    staticCSP: CSP,
    theme: { title: 'Darkroom API' },
    uiConfig: {
      layout: 'BaseLayout',
      deepLinking: true,
      persistAuthorization: true,
      tryItOutEnabled: true,
      defaultModelsExpandDepth: 0,
      ...(hasDevToken && { plugins: [prefillToken] }),
    },
  });
  await server.ready();
  return server;
}
