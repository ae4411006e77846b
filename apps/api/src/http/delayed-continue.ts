import type { IncomingMessage, Server } from 'node:http';

/** `100 Continue` goes out when a body is first read, so that whoever is refused before sends none of it. */
export interface DelayedContinue {
  /** Whether the client still waits to be told to go on. It sends nothing, and may take its next request for the body. */
  isAwaited(request: IncomingMessage): boolean;
  /** To be called once the server is there. */
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
