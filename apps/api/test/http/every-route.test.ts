import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { FastifyInstance } from 'fastify';
import { beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { openApiDocument } from '../../src/http/openapi/document.ts';
import { PUBLIC_URL, shareApi } from './running-api.ts';

/** Routes that answer without a token, and why. Every other route answers 401. */
const PUBLIC: Record<string, string> = {
  '/health/live': 'for load balancers',
  '/health/ready': 'for load balancers',
  '/openapi.json': 'describes the service',
  '/docs': 'describes the service',
  '/docs/*': 'describes the service',
  '/files/:key': 'its links are signed',
  '/metrics': 'has a guard of its own',
  '/dev/token': 'has a guard of its own',
};

/**
 * Routes with a guard of their own (local-guard.test.ts). True: exists in production as well, so the proxies of the
 * examples refuse it.
 */
const GUARDED: Record<string, boolean> = { '/metrics': true, '/dev/token': false };

/** Routes that the OpenAPI document leaves out, and why. Every other route has an operation. */
const UNDOCUMENTED: Record<string, string> = {
  '/docs': 'a page',
  '/docs/*': 'a page',
  '/openapi.json': 'the document itself',
  '/dev/token': 'for development only',
  '/trpc/:path': 'described by its types',
};

/** OPTIONS is answered by CORS. */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** The methods of each URL, by server: the API and the simulator. */
const servers: Map<string, string[]>[] = [];

/** Fastify publishes each new instance: https://fastify.dev/docs/latest/Reference/Hooks/ (diagnostics channel). */
function recordRoutes(message: unknown): void {
  const { fastify } = message as { fastify: FastifyInstance }; // the channel is untyped
  const routes = new Map<string, string[]>();
  servers.push(routes);
  fastify.addHook('onRoute', ({ url, method }) => {
    routes.set(url, [...(routes.get(url) ?? []), ...[method].flat()]);
  });
}

beforeAll(() => subscribe('fastify.initialization', recordRoutes));
const api = shareApi();
beforeAll(() => {
  unsubscribe('fastify.initialization', recordRoutes);
});

/** A file of the H5 client, which is served only once it is built. */
const H5_FILE = /^\/($|index\.html$|assets\/|static\/)/;

/** The routes of the API, without the answer to unknown URLs and the files of the H5 client. */
function routes(): [url: string, methods: string[]][] {
  const own = servers.find((found) => found.has('/health/live')) ?? new Map<string, string[]>();
  return [...own].filter(([url]) => url !== '*' && !H5_FILE.test(url));
}

describe('every route', () => {
  test('is one of those that were found', () => {
    expect(routes().length).toBeGreaterThan(10);
  });

  test('requires a token, unless it is public', async () => {
    const open: string[] = [];
    for (const [url, methods] of routes()) {
      if (url in PUBLIC) continue;
      for (const method of METHODS.filter((name) => methods.includes(name))) {
        const { statusCode } = await api().server.inject({
          method: method as 'GET',
          url: url.replaceAll(/:\w+/g, 'a'),
        });
        if (statusCode !== 401) open.push(`${method} ${url} ${statusCode}`);
      }
    }
    expect(open).toEqual([]);
  });

  test('is hidden from other hosts, if its guard is its own', async () => {
    expect(Object.keys(PUBLIC).filter((url) => PUBLIC[url] === 'has a guard of its own')).toEqual(Object.keys(GUARDED));
    for (const url of Object.keys(GUARDED)) {
      const { statusCode } = await api().server.inject({ url, headers: { host: 'evil.example.com' } });
      expect([url, statusCode]).toEqual([url, 404]);
    }
  });

  test.each(['Caddyfile', 'nginx.conf'])('is refused by deploy/%s, if it is for the operator alone', (file) => {
    const words = readFileSync(path.resolve(import.meta.dirname, '../../../../deploy', file), 'utf8').split(/\s+/);
    const isRefused = (url: string) => words.includes(url) || words.includes(`/${url.split('/')[1]}`);
    expect(Object.keys(GUARDED).filter((url) => GUARDED[url] && !isRefused(url))).toEqual([]);
  });

  test('answers each method, if only with 405', () => {
    const silent = routes().flatMap(([url, methods]) =>
      METHODS.filter((method) => !methods.includes(method)).map((method) => `${method} ${url}`),
    );
    expect(silent).toEqual([]);
  });

  test('is an operation of the OpenAPI document, unless it is left out on purpose', () => {
    const { paths } = z.object({ paths: z.record(z.string(), z.unknown()) }).parse(openApiDocument(PUBLIC_URL));
    const documented = routes()
      .map(([url]) => url)
      .filter((url) => !(url in UNDOCUMENTED));
    expect(documented.map((url) => url.replaceAll(/:(\w+)/g, '{$1}')).sort()).toEqual(Object.keys(paths).sort());
  });

  test.each([
    ['PUBLIC', PUBLIC],
    ['UNDOCUMENTED', UNDOCUMENTED],
  ])('exists that %s names', (_, list) => {
    expect(routes().map(([url]) => url)).toEqual(expect.arrayContaining(Object.keys(list)));
  });
});
