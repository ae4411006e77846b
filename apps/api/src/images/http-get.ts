import { type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';
import type { buildConnector } from 'undici';

interface Get {
  connect: buildConnector.connector;
  origin: string;
  /** Path and query, byte for byte as sent. */
  path: string;
  headers: Record<string, string>;
  signal: AbortSignal;
}

/**
 * Sends one GET on a connection of its own. Resolves with the headers of the final response. Node's HTTP client skips
 * interim responses (100, 102, 103), where undici's closes the connection at the first 100. The signal aborts it at any
 * point, including the body.
 */
export async function httpGet({ connect, origin, path, headers, signal }: Get): Promise<IncomingMessage> {
  const socket = await openConnection(connect, new URL(origin), signal);
  const exchange = request({
    createConnection: () => socket,
    path,
    headers: { host: new URL(origin).host, ...headers },
    signal,
  });
  exchange.end();
  return new Promise((resolve, reject) => {
    exchange.once('response', resolve);
    exchange.on('error', reject); // also after the response has started, when its body reports the error
  });
}

function openConnection(
  connect: buildConnector.connector,
  { protocol, hostname, host, port }: URL,
  signal: AbortSignal,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    const address = hostname.replace(/^\[(.*)\]$/, '$1'); // IPv6 without its brackets
    connect({ protocol, hostname: address, host, port }, (error, socket) => {
      if (error) return reject(error);
      if (signal.aborted) socket.destroy(); // the promise is rejected already
      resolve(socket);
    });
  });
}
