import { ImageError } from '@darkroom/contracts';
import type { FastifyRequest } from 'fastify';
import { isLoopbackName, isLoopbackPeer } from '../settings/loopback.ts';

/**
 * Headers that reverse proxies and CDNs add to a request: a loopback peer is then a proxy, not the client. The list
 * covers known headers only, so it must never be the only check.
 */
const FORWARDING_HEADER =
  /^(forwarded|via|cdn-loop|x-forwarded(-.+)?|x-original-.+|x-rewrite-url|x-proxy.*|x-envoy-.+|x-azure-.+|x-appengine-.+|x-amz-cf-id|x-amzn-trace-id|cf-.+|fly-.+|ali-.+|eagleeye-.+|tailscale-.+|(.+-)?(real|client)-?ip(v6)?)$/;

/** A host as in a `Host` header: a name or an address, with an optional port that is ignored. */
const HOST = /^([\w.-]+|\[[\da-f:.]+\])(:\d{0,5})?$/i;
/**
 * Names that public DNS does not resolve, as in Docker, Kubernetes and private networks: `worker-1`, `api.prod.svc`.
 */
const PRIVATE_NAME = /^[^.]+$|\.(svc|local|internal|localdomain)$/;
const ADDRESS = /^([\d.]+|[\da-f]*:[\da-f:.]+)$/;

type GuardedRequest = Pick<FastifyRequest, 'headers' | 'raw' | 'socket'>;

/** Guards local routes. A refusal by either check is the same 404 as for a URL that does not exist. */
export interface LocalGuard {
  /**
   * Accepts requests from this machine only: the connection comes from loopback and no proxy forwarded it, the host is
   * loopback or PUBLIC_URL's, and the request comes from no page of another site. The host check stops DNS rebinding: a
   * page whose name resolves to 127.0.0.1 still sends its own name as the host.
   */
  requireThisMachine(request: GuardedRequest): void;
  /**
   * For clients that have sent the right token. Accepts a host that is loopback, PUBLIC_URL's, an address, or a name of
   * a private network.
   */
  requireKnownHost(request: GuardedRequest): void;
}

export interface LocalGuardOptions {
  publicUrl: string;
  /** Origins that may call from a browser. Listed origins count as own pages; `*` does not. */
  corsOrigins: string[] | '*';
}

export function createLocalGuard({ publicUrl, corsOrigins }: LocalGuardOptions): LocalGuard {
  const publicName = nameOf(new URL(publicUrl).host);
  const isOurs = (name: string | null) => name !== null && (isLoopbackName(name) || name === publicName);

  function isOwnPage({ headers }: GuardedRequest): boolean {
    const { origin } = headers;
    if (origin === undefined) return headers['sec-fetch-site'] !== 'cross-site';
    const url = URL.parse(origin);
    return url !== null && (isOurs(nameOf(url.host)) || (corsOrigins !== '*' && corsOrigins.includes(origin)));
  }

  return {
    requireThisMachine(request) {
      const isForwarded = Object.keys(request.headers).some((name) => FORWARDING_HEADER.test(name));
      const isFromHere = isLoopbackPeer(request.socket.remoteAddress ?? '') && !isForwarded;
      if (!isFromHere || !isOurs(hostOf(request)) || !isOwnPage(request)) throw new ImageError('not_found');
    },
    requireKnownHost(request) {
      const name = hostOf(request);
      const isKnown = name !== null && (isOurs(name) || ADDRESS.test(name) || PRIVATE_NAME.test(name));
      if (!isKnown) throw new ImageError('not_found');
    },
  };
}

/** Null unless the request names exactly one host. Null for no `Host`, for two, and for an absolute request URL. */
function hostOf({ raw }: GuardedRequest): string | null {
  const hosts = raw.rawHeaders.filter((_, index, lines) => index % 2 === 1 && /^host$/i.test(lines[index - 1] ?? ''));
  if (hosts.length !== 1 || !raw.url?.startsWith('/')) return null;
  return nameOf(hosts[0] ?? '');
}

/** The host in lower case, without port, brackets or the trailing dot of an absolute name; null if it is no host. */
function nameOf(host: string): string | null {
  if (!HOST.test(host)) return null;
  const hostname = URL.parse(`http://${host}`)?.hostname;
  return hostname?.replace(/^\[(.*)\]$/, '$1').replace(/(?<=.)\.$/, '') ?? null;
}
