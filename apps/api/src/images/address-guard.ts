import { lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { buildConnector } from 'undici';

/** The host is, or resolves to, an address that a public picture cannot be at. */
export class RefusedAddressError extends Error {
  override readonly name = 'RefusedAddressError';

  constructor(host: string) {
    super(`${host} is not a public address`);
  }
}

/** All that is allocated of public IPv6. https://www.iana.org/assignments/ipv6-address-space */
const GLOBAL_UNICAST_V6 = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Whether an address is public unicast. IPv6 that carries an IPv4 address inside (mapped, compatible, NAT64, 6to4, Teredo)
 * is not: what it leads to is decided elsewhere.
 */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 0) return false;
  const ip = ipaddr.parse(address);
  return ip.range() === 'unicast' && (ip instanceof ipaddr.IPv4 || ip.match(GLOBAL_UNICAST_V6));
}

interface GuardedConnectorDeps {
  /** Milliseconds to connect, TLS included. */
  timeoutMs: number;
  /** How names are resolved; the system's way unless a test says otherwise. */
  lookup?: LookupFunction | undefined;
}

/**
 * A connector for undici that dials public addresses only. The address is checked when it is dialled, so a name that
 * resolves differently from one moment to the next gains nothing.
 */
export function createGuardedConnector({ timeoutMs, lookup }: GuardedConnectorDeps): buildConnector.connector {
  const connect = buildConnector({
    timeout: timeoutMs,
    allowH2: false,
    lookup: publicOnly(lookup ?? systemLookup),
  });
  return (options, callback) => {
    const { hostname } = options;
    // Node resolves names only: an address in the URL never reaches the lookup.
    if (isIP(hostname) !== 0 && !isPublicAddress(hostname)) {
      return callback(new RefusedAddressError(hostname), null);
    }
    connect(options, (...[error, socket]) => {
      if (error) return callback(error, null);
      // Whatever was looked up, this is who answered.
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
      // With `all` the answer is a list; the type allows for a lookup that ignores it.
      const addresses = Array.isArray(resolved) ? resolved : [{ address: resolved, family: isIP(resolved) }];
      const allowed = addresses.filter(({ address }) => isPublicAddress(address));
      const [first] = allowed;
      if (!first) return callback(new RefusedAddressError(hostname), []);
      if (options.all) return callback(null, allowed);
      callback(null, first.address, first.family);
    });
  };
}
