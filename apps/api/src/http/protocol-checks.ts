import type { IncomingMessage, Server } from 'node:http';
import { ImageError, invalidField, unreadableRequest } from '@darkroom/contracts';
import type { FastifyInstance } from 'fastify';

/** The methods that Fastify routes. Every URL refuses TRACE, so other methods are rewritten to it and get its 405. */
const ROUTED_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'];

/**
 * Refuses what Node and Fastify would refuse with a body of their own, or without an answer. Such requests are routed
 * like any other, so that their refusal has the headers and the shape of every other one.
 */
export interface ProtocolChecks {
  /**
   * Checks a request, and rewrites its URL to one without a route if it fails: a missing or repeated `Host`, an unknown
   * `Expect`, a path that cannot be decoded or has an overlong part. Fastify takes it as `rewriteUrl`.
   */
  rewriteUrl(request: IncomingMessage): string;
  /** Call once the server exists, before other listeners for requests are added. */
  watch(server: Server): void;
  /** Refuses the requests that failed a check. Call after adding the hooks that set the headers of every answer. */
  refuse(server: FastifyInstance): void;
}

/** `rawHeaders` alternates names and values. */
function countHosts(rawHeaders: string[]): number {
  let hosts = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.toLowerCase() === 'host') hosts++;
  }
  return hosts;
}

const UNROUTED_URL = '/-';

export function createProtocolChecks(maxPartLength: number): ProtocolChecks {
  const refusals = new WeakMap<IncomingMessage, ImageError>();

  function findProblem(request: IncomingMessage): ImageError | null {
    const { headers, rawHeaders, httpVersion, url = '' } = request;
    const hosts = countHosts(rawHeaders);
    if (hosts > 1 || (hosts === 0 && httpVersion === '1.1')) {
      return invalidField(['Host'], '请求须有且只有一个 Host 头');
    }
    if (headers.expect !== undefined && !/^100-continue(\s*,\s*100-continue)*$/i.test(headers.expect)) {
      return invalidField(['Expect'], '只支持 100-continue');
    }
    return findUrlProblem(url);
  }

  function findUrlProblem(url: string): ImageError | null {
    const [path = ''] = url.split(/[?#]/, 1);
    if (path.length <= maxPartLength && !path.includes('%')) return null;
    try {
      const isTooLong = decodeURI(path)
        .split('/')
        .some((part) => part.length > maxPartLength);
      return isTooLong ? new ImageError('payload_too_large') : null;
    } catch {
      return unreadableRequest();
    }
  }

  return {
    rewriteUrl(request) {
      const problem = findProblem(request);
      if (request.method !== undefined && !ROUTED_METHODS.includes(request.method)) request.method = 'TRACE';
      if (problem === null) return request.url ?? '/';
      refusals.set(request, problem);
      return UNROUTED_URL;
    },
    watch(server) {
      server.on('checkExpectation', (request, response) => server.emit('request', request, response));
    },
    refuse(server) {
      const methods = new Map<string, Set<string>>();
      server.addHook('onRoute', ({ method, url }) => {
        methods.set(url, new Set([...(methods.get(url) ?? []), method].flat()));
      });
      server.addHook('onRequest', (request, reply, done) => {
        const refusal = refusals.get(request.raw);
        if (refusal) return done(refusal);
        if (!request.is404) return done();
        // This hook runs before the body is read.
        const [url = ''] = request.url.split('?', 1);
        const allowed = methods.get(url);
        if (!allowed) return done(new ImageError('not_found'));
        reply.header('allow', [...allowed].join(', '));
        done(new ImageError('method_not_allowed'));
      });
    },
  };
}
