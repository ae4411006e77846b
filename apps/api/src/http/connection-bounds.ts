import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import ipaddr from 'ipaddr.js';
import { type Clock, callEvery } from '../clock.ts';
import { networkOf } from './network-of.ts';

interface Options {
  /** Most concurrent connections of one client address. */
  maxPerAddress: number;
  /**
   * Milliseconds after which a connection is closed if its client has read nothing of the data that is queued for it.
   */
  stalledAnswerMs: number;
  checkEveryMs: number;
  /** Fastify's `trustProxy`: the addresses of proxies, or `true` for all peers. */
  trustProxy: string | boolean;
  clock: Pick<Clock, 'monotonic' | 'sleep'>;
}

/**
 * Address ranges that are not limited, because one peer may forward many clients: proxies, load balancers and NAT of
 * the operator's own network. They must limit their own clients.
 */
const UNLIMITED_RANGES = ['loopback', 'private', 'linkLocal', 'uniqueLocal', 'carrierGradeNat'];

/** Limits the connections of single clients. `maxConnections` limits all of them together. */
export function boundConnections(server: Server, options: Options): void {
  const isProxy = createIsProxy(options.trustProxy);
  const counts = new Map<string, number>();
  /** For each connection: the bytes that its peer has read, and since when it has read no more. */
  const progress = new Map<Socket, { bytesSent: number; sinceMs: number }>();

  function count(socket: Socket): boolean {
    const clientKey = isProxy(socket.remoteAddress) ? null : clientKeyOf(socket.remoteAddress);
    if (clientKey === null) return true;
    const open = counts.get(clientKey) ?? 0;
    if (open >= options.maxPerAddress) return false;
    counts.set(clientKey, open + 1);
    socket.once('close', () => {
      const left = (counts.get(clientKey) ?? 1) - 1;
      if (left === 0) counts.delete(clientKey);
      else counts.set(clientKey, left);
    });
    return true;
  }

  server.prependListener('connection', (socket) => {
    if (!count(socket)) {
      socket.destroy();
      return;
    }
    progress.set(socket, { bytesSent: 0, sinceMs: options.clock.monotonic() });
    socket.once('close', () => progress.delete(socket));
  });

  const stopChecks = callEvery(options.clock, options.checkEveryMs, () => {
    const nowMs = options.clock.monotonic();
    for (const [socket, last] of progress) {
      const bytesSent = socket.bytesWritten - socket.writableLength;
      if (socket.writableLength === 0 || bytesSent !== last.bytesSent)
        progress.set(socket, { bytesSent, sinceMs: nowMs });
      else if (nowMs - last.sinceMs >= options.stalledAnswerMs) socket.destroy();
    }
  });
  server.once('close', stopChecks);
}

function createIsProxy(trustProxy: string | boolean): (address: string | undefined) => boolean {
  if (typeof trustProxy === 'boolean') return () => trustProxy;
  // Named ranges such as `loopback` are skipped: UNLIMITED_RANGES covers them.
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

/**
 * The key under which an address is counted. For IPv6 it is the /64, because a single host is assigned a whole one.
 * Null for a peer that is not limited.
 */
function clientKeyOf(address: string | undefined): string | null {
  if (address === undefined || !ipaddr.isValid(address)) return null;
  const peer = ipaddr.process(address);
  if (UNLIMITED_RANGES.includes(peer.range())) return null;
  return networkOf(address);
}
