import type { FastifyInstance } from 'fastify';

/** JSON is all that the routes of this scope read. A request without a body may say that it is JSON: many clients always do. */
export function readJsonBodies(server: FastifyInstance): void {
  const parse = server.getDefaultJsonParser('error', 'error');
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null);
    else parse(request, body.toString(), done);
  });
}
