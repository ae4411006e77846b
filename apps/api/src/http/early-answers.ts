import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { DelayedContinue } from './delayed-continue.ts';
import { type DropBounds, dropInput } from './drop-input.ts';

export interface EarlyAnswers {
  /** Holds the answers of all routes that are added after this call, and of URLs without a route. */
  watch(server: FastifyInstance): void;
  /** Sends the held answer of a request whose rest cannot be read. Returns whether it was held. */
  release(request: IncomingMessage): boolean;
}

/**
 * Reads and drops the rest of a request before its answer is sent. Browsers read an answer only after they have sent
 * the whole body, and some proxies reset a client whose body they could not forward. A connection whose request was
 * read to its end can be reused; any other answer says `connection: close`. A client that sends nothing for a while is
 * assumed to wait for the answer.
 */
export function createEarlyAnswers(bounds: DropBounds, delayed: DelayedContinue): EarlyAnswers {
  const held = new Map<IncomingMessage, () => void>();

  async function hold({ raw }: FastifyRequest, reply: FastifyReply): Promise<void> {
    if (raw.complete !== false) return;
    if (!delayed.isAwaited(raw)) await readToEnd(raw);
    if (!raw.complete) reply.header('connection', 'close');
  }

  function readToEnd(request: IncomingMessage): Promise<void> {
    return new Promise((resolve) => {
      function stop(): void {
        held.delete(request);
        stopReading();
        request.off('end', stop).off('close', stop);
        resolve();
      }
      held.set(request, stop);
      request.unpipe(); // detach the body parser, which is done
      const stopReading = dropInput(request, bounds, stop);
      request.once('end', stop).once('close', stop);
    });
  }

  return {
    watch(server) {
      // Route hooks run after the hooks of every scope, which release the body's memory reservation.
      server.addHook('onRoute', (route) => {
        route.onSend = [route.onSend ?? [], hold].flat();
      });
      server.addHook('onSend', async (request, reply) => {
        if (request.is404) await hold(request, reply);
      });
    },
    release(request) {
      const stop = held.get(request);
      stop?.();
      return stop !== undefined;
    },
  };
}
