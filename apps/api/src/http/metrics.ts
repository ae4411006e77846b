import { timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import { ImageError } from '@darkroom/contracts';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** What is counted here and shown. */
export interface Metrics {
  requestEnded(request: { method: string; route: string; status: number; seconds: number }): void;
  contentType: string;
  render(): Promise<string>;
}

export interface MetricsAccess {
  /** The bearer token that opens them; null where none is set. */
  token: string | null;
  /** Without a token: whether a peer on this machine may see them. */
  isOpenToLoopback: boolean;
}

/** What a reverse proxy adds: the peer on this machine is then not the one who asks. */
const FORWARDING_HEADERS = [
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
  'via',
];

export function metricsRoute(server: FastifyInstance, metrics: Metrics, access: MetricsAccess): void {
  server.addHook('onResponse', async (request, reply) => {
    metrics.requestEnded({
      method: request.method,
      route: request.routeOptions.url ?? 'none',
      status: reply.statusCode,
      seconds: reply.elapsedTime / 1_000,
    });
  });

  server.get('/metrics', async (request, reply) => {
    if (!mayRead(request, access)) throw new ImageError('not_found');
    return reply
      .type(metrics.contentType)
      .header('cache-control', 'no-store')
      .send(await metrics.render());
  });
}

function mayRead(request: FastifyRequest, { token, isOpenToLoopback }: MetricsAccess): boolean {
  if (token !== null) return isSame(request.headers.authorization ?? '', `Bearer ${token}`);
  const isForwarded = FORWARDING_HEADERS.some((name) => request.headers[name] !== undefined);
  return isOpenToLoopback && !isForwarded && isLoopback(request.socket.remoteAddress ?? '');
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function isLoopback(address: string): boolean {
  return address === '::1' || (isIP(address.replace(/^::ffff:/, '')) === 4 && /^(::ffff:)?127\./.test(address));
}
