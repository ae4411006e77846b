import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** How long a connection is read behind its last answer. */
export interface LingerBounds {
  /** Bytes that are read and dropped. */
  bytes: number;
  /** Milliseconds without a byte. */
  idleMs: number;
  /** Milliseconds in all. */
  totalMs: number;
  /** Connections that linger at once; those beyond are closed with their answer. */
  connections: number;
}

/**
 * Closes the connection behind what has been written to it: half-closes, drops what still arrives, and destroys it when the
 * peer closes or a bound is reached. Closing at once would reset it, and a reset discards an answer that is not read yet.
 */
export type CloseLingering = (socket: Socket) => void;

export interface Lingering {
  close: CloseLingering;
  /** Whether the connection lingers already: nothing that arrives on it is parsed any more. */
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
    const destroy = () => void socket.destroy();
    const total = setTimeout(destroy, bounds.totalMs);
    const idle = setTimeout(destroy, bounds.idleMs);
    let left = bounds.bytes;
    socket.once('close', () => {
      sockets.delete(socket);
      clearTimeout(total);
      clearTimeout(idle);
    });
    // Node calls it behind an answer that says `connection: close`, whatever has not been read.
    socket.destroySoon = () => {};
    // Detaches the HTTP parser: nothing behind the answer is a request.
    socket.removeAllListeners('data');
    socket.on('data', (chunk: Buffer) => {
      left -= chunk.length;
      if (left < 0) destroy();
      else idle.refresh();
    });
    socket.resume();
    socket.end();
  }

  return { close, has: (socket) => sockets.has(socket) };
}

/** Lingers on every connection whose answer came before the end of its request, whatever gave the answer. To be called before others listen to requests. */
export function lingerAfterEarlyAnswers(server: Server, lingering: Lingering): void {
  server.prependListener('request', (request, response) => {
    // Before Node's own listener, which may destroy the connection.
    response.prependListener('finish', () => {
      if (request.complete) return;
      const { socket } = request;
      lingering.close(socket);
      socket.once('close', () => request.destroy()); // ends who still waits for the body
    });
  });
}
