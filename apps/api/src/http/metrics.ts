import { timingSafeEqual } from 'node:crypto';
import { ImageError } from '@darkroom/contracts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { LocalGuard } from './local-guard.ts';
import { refuseOtherMethods } from './refuse-other-methods.ts';
import type { UnauthenticatedReason } from './unauthenticated.ts';

/** The metrics that the HTTP server records and serves. */
export interface Metrics {
  requestEnded(request: { method: string; route: string; status: number; seconds: number }): void;
  requestUnauthenticated(reason: UnauthenticatedReason): void;
  contentType: string;
  render(): Promise<string>;
}

export interface MetricsAccess {
  /** The bearer token for `/metrics`; null if none is set. */
  token: string | null;
  /** Whether this machine may read them without a token. Applies only if no token is set. */
  isOpenToLoopback: boolean;
}

export function metricsRoute(
  server: FastifyInstance,
  metrics: Metrics,
  access: MetricsAccess,
  guard: LocalGuard,
): void {
  server.addHook('onResponse', (request, reply, done) => {
    metrics.requestEnded({
      method: request.method,
      route: request.routeOptions.url ?? 'none',
      status: reply.statusCode,
      seconds: reply.elapsedTime / 1_000,
    });
    done();
  });

  server.register(async (guarded) => {
    guarded.addHook('onRequest', async (request) => authorizeReader(request, access, guard));
    guarded.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.render()));
    refuseOtherMethods(guarded, '/metrics', ['GET', 'HEAD']);
  });
}

function authorizeReader(request: FastifyRequest, { token, isOpenToLoopback }: MetricsAccess, guard: LocalGuard): void {
  if (token !== null) {
    const given = /^Bearer +(.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
    if (!isSame(given, token)) throw new ImageError('not_found');
    guard.requireKnownHost(request);
  } else {
    if (!isOpenToLoopback) throw new ImageError('not_found');
    guard.requireThisMachine(request);
  }
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
