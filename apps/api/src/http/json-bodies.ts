import { isUtf8 } from 'node:buffer';
import { ImageError, unreadableRequest } from '@darkroom/contracts';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** JSON is all that the routes of this scope read. A request without a body may say that it is anything: some clients do. */
export function readJsonBodies(server: FastifyInstance): void {
  const parse = server.getDefaultJsonParser('error', 'error');
  readTexts(server, (request, text, done) => (text === '' ? done(null) : parse(request, text, done)));
}

/** The same for routes that parse the JSON themselves. */
export function readJsonTexts(server: FastifyInstance): void {
  readTexts(server, (_request, text, done) => done(null, text));
}

type Done = (error: Error | null, body?: unknown) => void;

function readTexts(server: FastifyInstance, read: (request: FastifyRequest, text: string, done: Done) => void): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    // A prompt with signs that nobody can read would be paid for all the same.
    if (isUtf8(body)) read(request, body.toString(), done);
    else done(unreadableRequest());
  });
  server.addContentTypeParser('*', (request, _payload, done) => {
    done(hasBody(request) ? new ImageError('unsupported_media_type') : null);
  });
}

function hasBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
