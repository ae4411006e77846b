import { type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';
import type { buildConnector } from 'undici';

interface Get {
  connect: buildConnector.connector;
  origin: string;
  /** Path and query, byte for byte as they are to be sent. */
  path: string;
  headers: Record<string, string>;
  signal: AbortSignal;
}

/**
 * One GET on a connection of its own, up to the headers of its final answer. Node's HTTP client reads over interim answers
 * (100, 102, 103), where undici's hangs up at the first 100. The signal ends it at any point, the body too.
 */
export async function httpGet({ connect, origin, path, headers, signal }: Get): Promise<IncomingMessage> {
  const socket = await dial(connect, new URL(origin), signal);
  const exchanging = request({
    createConnection: () => socket,
    path,
    headers: { host: new URL(origin).host, ...headers },
    signal,
  });
  exchanging.end();
  return new Promise((resolve, reject) => {
    exchanging.once('response', resolve);
    exchanging.on('error', reject); // also once the answer has begun, when its body tells
  });
}

function dial(
  connect: buildConnector.connector,
  { protocol, hostname, host, port }: URL,
  signal: AbortSignal,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    const address = hostname.replace(/^\[(.*)\]$/, '$1'); // IPv6
    connect({ protocol, hostname: address, host, port }, (error, socket) => {
      if (error) return reject(error);
      if (signal.aborted) socket.destroy(); // nobody waits for it any more
      resolve(socket);
    });
  });
}
