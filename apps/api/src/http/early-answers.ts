import type { IncomingMessage } from 'node:http';
import type { DoneFuncWithErrOrRes, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { DelayedContinue } from './delayed-continue.ts';
import { type DropBounds, dropInput } from './drop-input.ts';
import { hasBody } from './request-body.ts';

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

  function hold(request: FastifyRequest, reply: FastifyReply, payload: unknown, done: DoneFuncWithErrOrRes): void {
    const { raw } = request;
    // A request without a body ends with its headers, but its answer may be ready before Node says so.
    const isWhole = () => raw.complete !== false || !hasBody(request);
    const send = () => {
      if (!isWhole()) reply.header('connection', 'close');
      done(null, payload);
    };
    if (isWhole() || delayed.isAwaited(raw)) send();
    else readToEnd(raw, send);
  }

  function readToEnd(request: IncomingMessage, then: () => void): void {
    function stop(): void {
      held.delete(request);
      stopReading();
      request.off('end', stop).off('close', stop);
      then();
    }
    held.set(request, stop);
    request.unpipe(); // detach the body parser, which is done
    const stopReading = dropInput(request, bounds, stop);
    request.once('end', stop).once('close', stop);
  }

  return {
    watch(server) {
      // Route hooks run after the hooks of every scope, which release the body's memory reservation.
      server.addHook('onRoute', (route) => {
        route.onSend = [route.onSend ?? [], hold].flat();
      });
      server.addHook('onSend', (request, reply, payload, done) => {
        if (request.is404) hold(request, reply, payload, done);
        else done(null, payload);
      });
    },
    release(request) {
      const stop = held.get(request);
      stop?.();
      return stop !== undefined;
    },
  };
}
