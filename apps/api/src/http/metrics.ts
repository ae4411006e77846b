import { timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import { ImageError } from '@darkroom/contracts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { refuseOtherMethods } from './refuse-other-methods.ts';

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

/** What reverse proxies add: the peer on this machine is then not the one who asks. */
const FORWARDING_HEADER =
  /^(forwarded|via|x-forwarded(-.+)?|x-(real|client|cluster-client|original)-ip|x-original-forwarded-for|cf-connecting-ip(v6)?|true-client-ip|fastly-client-ip)$/;

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
    return reply.type(metrics.contentType).send(await metrics.render());
  });
  refuseOtherMethods(server, '/metrics', ['GET', 'HEAD']);
}

function mayRead(request: FastifyRequest, { token, isOpenToLoopback }: MetricsAccess): boolean {
  if (token !== null) return isSame(/^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '', token);
  const isForwarded = Object.keys(request.headers).some((name) => FORWARDING_HEADER.test(name));
  return isOpenToLoopback && !isForwarded && isLoopback(request.socket.remoteAddress ?? '');
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function isLoopback(address: string): boolean {
  return address === '::1' || (isIP(address.replace(/^::ffff:/, '')) === 4 && /^(::ffff:)?127\./.test(address));
}
