import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import ipaddr from 'ipaddr.js';

interface Options {
  /** Connections at once of one address. */
  maxPerAddress: number;
  /** Milliseconds in which a client has to take in some part of what waits for it. */
  stalledAnswerMs: number;
  checkEveryMs: number;
  /** Fastify's trustProxy: addresses of proxies, or all. */
  trustProxy: string | boolean;
}

/** Peers that may speak for many: proxies, load balancers and NAT of one's own network. What they let in is theirs to bound. */
const INSIDE = ['loopback', 'private', 'linkLocal', 'uniqueLocal', 'carrierGradeNat'];

/** Bounds what single clients hold of a server's connections, beside `maxConnections` of all. */
export function boundConnections(server: Server, options: Options): void {
  const isProxy = createIsProxy(options.trustProxy);
  const counts = new Map<string, number>();
  /** Bytes that each connection's peer had taken in, and since when it has taken none. */
  const progress = new Map<Socket, { taken: number; sinceMs: number }>();

  function count(socket: Socket): boolean {
    const owner = isProxy(socket.remoteAddress) ? null : ownerOf(socket.remoteAddress);
    if (owner === null) return true;
    const held = counts.get(owner) ?? 0;
    if (held >= options.maxPerAddress) return false;
    counts.set(owner, held + 1);
    socket.once('close', () => {
      const left = (counts.get(owner) ?? 1) - 1;
      if (left === 0) counts.delete(owner);
      else counts.set(owner, left);
    });
    return true;
  }

  server.prependListener('connection', (socket) => {
    if (!count(socket)) {
      socket.destroy();
      return;
    }
    progress.set(socket, { taken: 0, sinceMs: performance.now() });
    socket.once('close', () => progress.delete(socket));
  });

  const timer = setInterval(() => {
    const nowMs = performance.now();
    for (const [socket, seen] of progress) {
      const taken = socket.bytesWritten - socket.writableLength;
      if (socket.writableLength === 0 || taken !== seen.taken) progress.set(socket, { taken, sinceMs: nowMs });
      else if (nowMs - seen.sinceMs >= options.stalledAnswerMs) socket.destroy();
    }
  }, options.checkEveryMs);
  timer.unref();
  server.once('close', () => clearInterval(timer));
}

function createIsProxy(trustProxy: string | boolean): (address: string | undefined) => boolean {
  if (typeof trustProxy === 'boolean') return () => trustProxy;
  // Names stand for ranges that count as inside.
  const ranges = trustProxy
    .split(',')
    .map((range) => range.trim())
    .filter((range) => /[.:]/.test(range))
    .map(readRange);
  return (address) => {
    if (address === undefined || !ipaddr.isValid(address)) return false;
    const peer = ipaddr.process(address);
    return ranges.some(([network, bits]) => peer.kind() === network.kind() && peer.match(network, bits));
  };
}

function readRange(range: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  if (range.includes('/')) return ipaddr.parseCIDR(range);
  const address = ipaddr.process(range);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}

/** Who holds an address: of IPv6 a /64, since that is what a single host is given. Null for peers inside. */
function ownerOf(address: string | undefined): string | null {
  if (address === undefined || !ipaddr.isValid(address)) return null;
  const peer = ipaddr.process(address);
  if (INSIDE.includes(peer.range())) return null;
  return peer instanceof ipaddr.IPv6 ? peer.parts.slice(0, 4).join(':') : peer.toString();
}
