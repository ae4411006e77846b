import type { Socket } from 'node:net';
import type { buildConnector } from 'undici';

/** The one connection of one exchange. */
export interface Connection {
  /** Dials. Rejects when no connection comes about, with the signal's reason when that aborts first. */
  open(url: URL, signal: AbortSignal): Promise<Socket>;
  /** False proves that not one byte of the request was sent: TCP and TLS were not through yet. */
  hasStood(): boolean;
  close(): void;
}

/**
 * A connection of its own for every exchange, opened once: on a socket that was used before, nobody can tell a request that
 * never left from one that was taken.
 */
export function createConnection(connect: buildConnector.connector): Connection {
  let socket: Socket | null = null;
  let isClosed = false;

  function dial({ protocol, hostname, host, port }: URL): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const address = hostname.replace(/^\[(.*)\]$/, '$1'); // IPv6
      connect({ protocol, hostname: address, host, port }, (error, connected) => {
        if (error) return reject(error);
        if (isClosed)
          connected.destroy(); // given up meanwhile: nothing was sent on it
        else socket = connected;
        resolve(connected);
      });
    });
  }

  return {
    async open(url, signal) {
      signal.throwIfAborted();
      const aborted = new Promise<never>((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
      return Promise.race([dial(url), aborted]);
    },
    hasStood: () => socket !== null,
    close() {
      isClosed = true;
      socket?.destroy();
    },
  };
}
