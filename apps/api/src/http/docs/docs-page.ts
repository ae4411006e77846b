import swagger, { type StaticDocumentSpec } from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { openApiDocument } from '../openapi/document.ts';
import { refuseOtherMethods } from '../refuse-other-methods.ts';
import { prefillToken } from './prefill-token.ts';

const PATH = '/docs';

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
  /** Whether `/dev/token` exists, so that the page can fill in a token. */
  hasDevToken: boolean;
}

/** Serves Swagger UI for the OpenAPI document. All its files come from this server. */
export async function docsPage(server: FastifyInstance, { hasDevToken }: Options): Promise<void> {
  // The plugin passes the document on unchanged; only its types are limited to versions before 3.1.
  const document = openApiDocument('/') as unknown as StaticDocumentSpec['document'];
  await server.register(swagger, { mode: 'static', specification: { document } });
  await server.register(swaggerUi, {
    routePrefix: PATH,
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
  refuseOtherMethods(server, PATH, ['GET', 'HEAD']);
}
