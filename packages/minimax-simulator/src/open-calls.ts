import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Call, CallLog, Endpoint } from './call-log.ts';
import type { ScenarioQueue } from './scenario.ts';
import { resetConnection } from './transfer.ts';

/** A call whose connection is or was open. */
interface OpenCall {
  call: Call;
  /** Aborted when the client disconnects. */
  left: AbortSignal;
}

/** Records calls from the arrival of their headers on, so that calls are counted that are never read. */
export interface OpenCalls {
  /** The `onRequest` hook of an endpoint. */
  begin(endpoint: Endpoint): (request: FastifyRequest, reply: FastifyReply) => Promise<void>;
  /** Undefined if the connection was reset before the request was read. */
  get(request: FastifyRequest): OpenCall | undefined;
}

/** `now` is in milliseconds since the epoch. */
export function createOpenCalls(log: CallLog, scenarios: ScenarioQueue, now: () => number): OpenCalls {
  const openCalls = new WeakMap<FastifyRequest, OpenCall>();
  /** A client may make several calls over one connection. */
  const callsOver = new WeakMap<Socket, Call[]>();

  function recordClose(socket: Socket, call: Call): void {
    const known = callsOver.get(socket);
    if (known) {
      known.push(call);
      return;
    }
    const calls = [call];
    callsOver.set(socket, calls);
    socket.once('close', () => {
      for (const each of calls) each.closedAt = now();
    });
  }

  return {
    begin: (endpoint) => async (request, reply) => {
      const { call, close } = log.open(endpoint);
      recordClose(request.raw.socket, call);
      const left = new AbortController();
      reply.raw.once('close', () => {
        close();
        left.abort();
      });
      openCalls.set(request, { call, left: left.signal });
      if (scenarios.takeUnread()) {
        call.answer = 'reset';
        resetConnection(reply);
      }
    },
    get: (request) => openCalls.get(request),
  };
}
