import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { ImageError, invalidField, unreadableRequest } from '@darkroom/contracts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { fitsJsonBounds } from './json-shape.ts';
import { createLargeBodyQueue } from './parse-large-bodies.ts';
import { hasBody } from './request-body.ts';

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
  const parseWhenFree = createLargeBodyQueue();
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    parseWhenFree(body.length, () => {
      // A prompt with signs that nobody can read would be paid for all the same.
      if (!isUtf8(body)) done(unreadableRequest());
      else if (fitsJsonBounds(body)) read(request, body.toString(), done);
      else done(invalidField([], '请求过于复杂：字段、列表项、嵌套层级或文字过多'));
    });
  });
  server.addContentTypeParser('*', (request, payload, done) => {
    if (!hasBody(request)) done(null);
    else if (request.headers['transfer-encoding'] === undefined) done(new ImageError('unsupported_media_type'));
    else refuseFirstByte(payload, done);
  });
}

/** A body in chunks tells only by its end that it is empty, and an empty one may be of any type. */
function refuseFirstByte(payload: IncomingMessage, done: Done): void {
  let isAnswered = false;
  const answer = (error: Error | null) => {
    if (!isAnswered) done(error);
    isAnswered = true;
  };
  payload.on('data', () => answer(new ImageError('unsupported_media_type'))); // what follows is dropped
  payload.once('end', () => answer(null));
  payload.once('error', (cause) => answer(unreadableRequest(cause)));
}
