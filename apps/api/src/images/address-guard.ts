import { lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { buildConnector } from 'undici';
import createConnector from 'undici/lib/core/connect.js';

/** The host is, or resolves to, an address that is not public, so that no result image can be there. */
export class RefusedAddressError extends Error {
  override readonly name = 'RefusedAddressError';

  constructor(host: string) {
    super(`${host} is not a public address`);
  }
}

/** The only allocated range of public IPv6 addresses. https://www.iana.org/assignments/ipv6-address-space */
const GLOBAL_UNICAST_V6 = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Whether an address is public unicast. An IPv6 address that embeds an IPv4 address (mapped, compatible, NAT64, 6to4,
 * Teredo) is not: where it leads is decided elsewhere.
 */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 0) return false;
  const ip = ipaddr.parse(address);
  return ip.range() === 'unicast' && (ip instanceof ipaddr.IPv4 || ip.match(GLOBAL_UNICAST_V6));
}

interface GuardedConnectorDeps {
  /** Milliseconds to connect, including TLS. */
  timeoutMs: number;
  /** Name resolution; default: the system's. Replaced in tests. */
  lookup?: LookupFunction | undefined;
}

/**
 * A connector for undici that connects to public addresses only. The address is checked when it connects, so a name
 * whose resolution changes between two lookups (DNS rebinding) gains nothing.
 */
export function createGuardedConnector({ timeoutMs, lookup }: GuardedConnectorDeps): buildConnector.connector {
  const connect = createConnector({
    timeout: timeoutMs,
    allowH2: false,
    lookup: publicOnly(lookup ?? systemLookup),
  });
  return (options, callback) => {
    const { hostname } = options;
    // Node resolves names only: an IP address in the URL never reaches the lookup.
    if (isIP(hostname) !== 0 && !isPublicAddress(hostname)) {
      return callback(new RefusedAddressError(hostname), null);
    }
    connect(options, (...[error, socket]) => {
      if (error) return callback(error, null);
      // Check the address that the socket is connected to, whatever the lookup returned.
      if (isPublicAddress(socket.remoteAddress ?? '')) return callback(null, socket);
      socket.destroy();
      callback(new RefusedAddressError(hostname), null);
    });
  };
}

function publicOnly(lookup: LookupFunction): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, resolved) => {
      if (error) return callback(error, []);
      // With `all` the result is a list; the type allows for a lookup that ignores the option.
      const addresses = Array.isArray(resolved) ? resolved : [{ address: resolved, family: isIP(resolved) }];
      const allowed = addresses.filter(({ address }) => isPublicAddress(address));
      const [first] = allowed;
      if (!first) return callback(new RefusedAddressError(hostname), []);
      if (options.all) return callback(null, allowed);
      callback(null, first.address, first.family);
    });
  };
}
