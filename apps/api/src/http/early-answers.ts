import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { DelayedContinue } from './delayed-continue.ts';

/** How long an answer that is ready before the end of its request waits for that end. */
export interface HoldBounds {
  /** Most bytes that are read and dropped. */
  bytes: number;
  /** Milliseconds without a byte, after which the client is assumed to wait for the answer. */
  idleMs: number;
  /** Milliseconds in total. */
  totalMs: number;
}

export interface EarlyAnswers {
  /** Holds the answers of all routes that are added after this call, and of URLs without a route. */
  watch(server: FastifyInstance): void;
  /** Sends the held answer of a request whose rest cannot be read. Returns whether it was held. */
  release(request: IncomingMessage): boolean;
}

/**
 * Reads and drops the rest of a request before its answer is sent. Browsers read an answer only after they have sent
 * the whole body, and some proxies reset a client whose body they could not forward. A connection whose request was
 * read to its end can be reused; any other answer says `connection: close`.
 */
export function createEarlyAnswers(bounds: HoldBounds, delayed: DelayedContinue): EarlyAnswers {
  const held = new Map<IncomingMessage, () => void>();

  async function hold({ raw }: FastifyRequest, reply: FastifyReply): Promise<void> {
    if (raw.complete !== false) return;
    if (!delayed.isAwaited(raw)) await readAway(raw);
    if (!raw.complete) reply.header('connection', 'close');
  }

  function readAway(request: IncomingMessage): Promise<void> {
    return new Promise((resolve) => {
      const total = setTimeout(stop, bounds.totalMs);
      const idle = setTimeout(stop, bounds.idleMs);
      let left = bounds.bytes;

      function read(chunk: Buffer): void {
        left -= chunk.length;
        if (left < 0) stop();
        else idle.refresh();
      }
      function stop(): void {
        held.delete(request);
        clearTimeout(total);
        clearTimeout(idle);
        request.off('data', read).off('end', stop).off('close', stop);
        resolve();
      }
      held.set(request, stop);
      request.unpipe(); // detach the body parser, which is done
      request.on('data', read).once('end', stop).once('close', stop);
      request.resume();
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
