import type { IncomingMessage, Server } from 'node:http';

/** Sends `100 Continue` when a body is first read, so that a client refused before then sends no body. */
export interface DelayedContinue {
  /**
   * Whether the client still waits for `100 Continue`. It sends no body until then, and after a final answer its next
   * request could be taken for the body.
   */
  isAwaited(request: IncomingMessage): boolean;
  /** Call once the server exists. */
  watch(server: Server): void;
}

export function createDelayedContinue(): DelayedContinue {
  const awaited = new WeakSet<IncomingMessage>();
  return {
    isAwaited: (request) => awaited.has(request),
    watch(server) {
      server.on('checkContinue', (request, response) => {
        awaited.add(request);
        request.once('resume', () => {
          awaited.delete(request);
          if (!response.headersSent) response.writeContinue();
        });
        server.emit('request', request, response);
      });
    },
  };
}
