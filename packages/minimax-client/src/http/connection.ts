import type { Socket } from 'node:net';
import type { buildConnector } from 'undici';

/** The connection of one call. */
export interface Connection {
  /** Connects (DNS, TCP, TLS). Rejects if that fails, or with the signal's reason if it aborts first. */
  open(url: URL, signal: AbortSignal): Promise<Socket>;
  /** Whether the connection was established. False proves that no byte of the request was sent. */
  wasConnected(): boolean;
  /** Destroys the connection, also one that is established later. */
  close(): void;
}

/**
 * Every call gets a new connection, opened once. On a reused socket, a request that was never received cannot be told
 * from one that was accepted.
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
          connected.destroy(); // closed while connecting: nothing was sent
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
    wasConnected: () => socket !== null,
    close() {
      isClosed = true;
      socket?.destroy();
    },
  };
}
