import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { type DropBounds, dropInput } from './drop-input.ts';

/** How long a connection is still read after its last answer. */
export interface LingerBounds extends DropBounds {
  /** Most connections that linger at once. Further ones are closed directly after their answer. */
  connections: number;
}

/**
 * Closes a connection after the data that has been written to it: half-closes it, drops what still arrives, and
 * destroys it when the peer closes or a bound is reached. Closing at once would reset the connection, and a reset
 * discards an answer that the client has not read yet.
 */
type CloseLingering = (socket: Socket) => void;

export interface Lingering {
  close: CloseLingering;
  /** Whether the connection already lingers: data that arrives on it is no longer parsed. */
  has(socket: Socket): boolean;
}

export function createLingering(bounds: LingerBounds): Lingering {
  const sockets = new Set<Socket>();

  function close(socket: Socket): void {
    if (sockets.has(socket) || socket.destroyed) return;
    if (sockets.size >= bounds.connections) {
      socket.destroySoon();
      return;
    }
    sockets.add(socket);
    // Node calls `destroySoon` after an answer with `connection: close`, even if input is unread.
    socket.destroySoon = () => {};
    // Detach the HTTP parser: nothing after the answer is a request.
    socket.removeAllListeners('data');
    const stopReading = dropInput(socket, bounds, () => void socket.destroy());
    socket.once('close', () => {
      sockets.delete(socket);
      stopReading();
    });
    socket.end();
  }

  return { close, has: (socket) => sockets.has(socket) };
}

/**
 * Lingers on every connection whose answer was sent before the end of its request, no matter which code sent it. Call
 * before other listeners for requests are added.
 */
export function lingerAfterEarlyAnswers(server: Server, lingering: Lingering): void {
  server.prependListener('request', (request, response) => {
    // Runs before Node's own listener, which may destroy the connection.
    response.prependListener('finish', () => {
      if (request.complete) return;
      const { socket } = request;
      lingering.close(socket);
      socket.once('close', () => request.destroy()); // ends handlers that still wait for the body
    });
  });
}
