import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { ImageError, invalidField, unreadableRequest } from '@darkroom/contracts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { fitsJsonBounds } from './json-shape.ts';
import { createLargeBodyQueue } from './parse-large-bodies.ts';
import { hasBody } from './request-body.ts';

/**
 * Accepts only JSON bodies in this scope. Without a body any content type is accepted, because some clients send one.
 */
export function readJsonBodies(server: FastifyInstance): void {
  const parse = server.getDefaultJsonParser('error', 'error');
  readTexts(server, (request, text, done) => (text === '' ? done(null) : parse(request, text, done)));
}

/** The same as `readJsonBodies`, for routes that parse the JSON themselves. */
export function readJsonTexts(server: FastifyInstance): void {
  readTexts(server, (_request, text, done) => done(null, text));
}

type Done = (error: Error | null, body?: unknown) => void;

function readTexts(server: FastifyInstance, read: (request: FastifyRequest, text: string, done: Done) => void): void {
  server.removeAllContentTypeParsers();
  const parseWhenFree = createLargeBodyQueue((err) => server.log.error({ err }, 'a request could not be refused'));
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    const answer = onlyOnce(done);
    function parse(): void {
      // Refuse invalid UTF-8: the provider would bill a prompt with replacement characters as well.
      if (!isUtf8(body)) answer(unreadableRequest());
      else if (fitsJsonBounds(body)) read(request, body.toString(), answer);
      else answer(invalidField([], '请求过于复杂：字段、列表项、嵌套层级或文字过多'));
    }
    parseWhenFree(body.length, parse, (cause) => {
      const isAnswered = !answer(new ImageError('internal', { cause }));
      if (isAnswered) request.log.error({ err: cause }, 'a request failed after its body was parsed');
    });
  });
  server.addContentTypeParser('*', (request, payload, done) => {
    if (!hasBody(request)) done(null);
    else if (request.headers['transfer-encoding'] === undefined) done(new ImageError('unsupported_media_type'));
    else refuseFirstByte(payload, done);
  });
}

/** An empty body may have any type, and a chunked body is known to be empty only at its end. */
function refuseFirstByte(payload: IncomingMessage, done: Done): void {
  const answer = onlyOnce(done);
  payload.on('data', () => answer(new ImageError('unsupported_media_type'))); // further chunks are dropped
  payload.once('end', () => answer(null));
  payload.once('error', (cause) => answer(unreadableRequest(cause)));
}

/** Wraps `done`: further calls do nothing and return false. */
function onlyOnce(done: Done): (...result: Parameters<Done>) => boolean {
  let isDone = false;
  return (...result) => {
    if (isDone) return false;
    isDone = true;
    done(...result);
    return true;
  };
}
