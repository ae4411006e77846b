import { ImageError } from '@darkroom/contracts';
import type { FastifyRequest } from 'fastify';
import { isLoopbackName, isLoopbackPeer } from '../settings/loopback.ts';

/**
 * What reverse proxies and CDNs add to a request: the peer on this machine is then not the one who asks. A list of those
 * that are known, so it is never the only thing that is looked at.
 */
const FORWARDING_HEADER =
  /^(forwarded|via|cdn-loop|x-forwarded(-.+)?|x-original-.+|x-rewrite-url|x-proxy.*|x-envoy-.+|x-azure-.+|x-appengine-.+|x-amz-cf-id|x-amzn-trace-id|cf-.+|fly-.+|ali-.+|eagleeye-.+|tailscale-.+|(.+-)?(real|client)-?ip(v6)?)$/;

/** A host as requests name it: a name or an address, and a port of no interest. */
const HOST = /^([\w.-]+|\[[\da-f:.]+\])(:\d{0,5})?$/i;
/** Names that no public DNS answers for, as Docker, Kubernetes and private networks give them: `worker-1`, `api.prod.svc`. */
const PRIVATE_NAME = /^[^.]+$|\.(svc|local|internal|localdomain)$/;
const ADDRESS = /^([\d.]+|[\da-f]*:[\da-f:.]+)$/;

type Asked = Pick<FastifyRequest, 'headers' | 'raw' | 'socket'>;

/** Guards what is only for this machine. Both answers are the same as for an address that does not exist. */
export interface LocalGuard {
  /**
   * Lets through what comes from this machine itself: a connection from loopback that nobody forwarded, to a host that is
   * loopback or PUBLIC_URL's, and from no page of another site. A page whose name is made to resolve to 127.0.0.1 (DNS
   * rebinding) still says its own name as the host.
   */
  requireThisMachine(request: Asked): void;
  /** For whoever has shown a token: a host that is loopback, PUBLIC_URL's, an address, or a name of a private network. */
  requireKnownHost(request: Asked): void;
}

export interface LocalGuardOptions {
  publicUrl: string;
  /** Pages that may call from a browser: those that are named are no strangers. */
  corsOrigins: string[] | '*';
}

export function createLocalGuard({ publicUrl, corsOrigins }: LocalGuardOptions): LocalGuard {
  const publicName = nameOf(new URL(publicUrl).host);
  const isOurs = (name: string | null) => name !== null && (isLoopbackName(name) || name === publicName);

  function isOwnPage({ headers }: Asked): boolean {
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

/** Null for a request that does not name exactly one host: none, two, or another one in its address. */
function hostOf({ raw }: Asked): string | null {
  const hosts = raw.rawHeaders.filter((_, index, lines) => index % 2 === 1 && /^host$/i.test(lines[index - 1] ?? ''));
  if (hosts.length !== 1 || !raw.url?.startsWith('/')) return null;
  return nameOf(hosts[0] ?? '');
}

/** Lower case, without port, brackets and the dot of an absolute name; null for what is no host. */
function nameOf(host: string): string | null {
  if (!HOST.test(host)) return null;
  const hostname = URL.parse(`http://${host}`)?.hostname;
  return hostname?.replace(/^\[(.*)\]$/, '$1').replace(/(?<=.)\.$/, '') ?? null;
}
