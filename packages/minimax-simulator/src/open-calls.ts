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

export function createOpenCalls(log: CallLog, scenarios: ScenarioQueue): OpenCalls {
  const openCalls = new WeakMap<FastifyRequest, OpenCall>();

  return {
    begin: (endpoint) => async (request, reply) => {
      const { call, close } = log.open(endpoint);
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
