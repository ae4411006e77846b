import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import helmet, { type HelmetOptions } from 'helmet';

const OPTIONS: HelmetOptions = {
  strictTransportSecurity: false, // only the TLS terminator knows whether it holds for the whole host
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", 'data:', 'blob:', 'http:', 'https:'],
      objectSrc: ["'none'"],
      baseUri: ["'self'"],
      formAction: ["'self'"],
      frameAncestors: ["'self'"],
    },
  },
};

/** What protects an answer that is no page, should a browser open it nevertheless. */
const ON_EVERY_ANSWER = ['content-security-policy', 'referrer-policy', 'x-content-type-options'];

/**
 * Sets the security headers of every answer. Routes of files and pages may replace them. Also forbids caches to store
 * it, unless its route says otherwise. Their values never change, so they are computed once.
 */
export function secureAnswers(server: FastifyInstance): void {
  const all = helmetHeaders();
  const headers = Object.fromEntries(ON_EVERY_ANSWER.map((name) => [name, all[name] ?? '']));
  headers['cache-control'] = 'no-store';
  server.addHook('onRequest', (_request, reply, done) => {
    reply.headers(headers);
    done();
  });
}

/** Adds all headers of helmet to the answers of this scope, which are pages and their parts. */
export function securePages(server: FastifyInstance): void {
  const headers = helmetHeaders();
  server.addHook('onRequest', (_request, reply, done) => {
    reply.headers(headers);
    done();
  });
}

/** By lower-case name. */
function helmetHeaders(): Record<string, string> {
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  helmet(OPTIONS)(response.req, response, () => {});
  return Object.fromEntries(Object.entries(response.getHeaders()).map(([name, value]) => [name, String(value)]));
}
