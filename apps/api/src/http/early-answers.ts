import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { DelayedContinue } from './delayed-continue.ts';

/** How long an answer that is there before the end of its request waits for that end. */
export interface HoldBounds {
  /** Bytes that are read and dropped. */
  bytes: number;
  /** Milliseconds without a byte: the client waits for the answer. */
  idleMs: number;
  /** Milliseconds in all. */
  totalMs: number;
}

export interface EarlyAnswers {
  /** Holds the answers of all routes that are added from now on, and of addresses without one. */
  watch(server: FastifyInstance): void;
  /** Lets the answer of this request go, since the rest can not be read. Whether it was held. */
  release(request: IncomingMessage): boolean;
}

/**
 * Reads away the rest of a request before its answer goes out. Browsers read an answer only once they have sent all of a body,
 * and some proxies reset a client whose body they could not pass on. A connection whose request was read to its end may be
 * used again; any other answer says that nothing can follow it.
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
      request.unpipe(); // whoever parses it is done
      request.on('data', read).once('end', stop).once('close', stop);
      request.resume();
    });
  }

  return {
    watch(server) {
      // Behind the hooks of every scope, which give back what the body held.
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
