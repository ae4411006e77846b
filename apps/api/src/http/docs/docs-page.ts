import swagger, { type StaticDocumentSpec } from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { openApiDocument } from '../openapi/document.ts';
import { refuseOtherMethods } from '../refuse-other-methods.ts';
import { prefillToken } from './prefill-token.ts';

const PATH = '/docs';

/** Nothing comes from another host, and no script but the page's own runs. */
const CSP = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self' 'unsafe-inline'", // the page sets styles from its script
  'img-src': "'self' data: blob:",
  'connect-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
};

interface Options {
  /** Whether `/dev/token` is there to fill in the token. */
  hasDevToken: boolean;
}

/** The OpenAPI document as a page to try it, served from here alone. */
export async function docsPage(server: FastifyInstance, { hasDevToken }: Options): Promise<void> {
  // The plugin hands on what it is given, and its types know only versions before 3.1.
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
