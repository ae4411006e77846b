import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { createTraceId } from '../trace-id.ts';
import { type AnswerCallDeps, answerCall } from './answer-call.ts';
import { H3Endpoint } from './request.ts';
import { sendError } from './send-whole.ts';

/** Largest body: 16 references of 8 MB as base64, with room to spare. MiniMax's limit is not known. */
const BODY_LIMIT_BYTES = 192 * 1024 * 1024;

/** Adds `POST /v1/images/generations` and `POST /v1/images/edits`. */
export function addH3Routes(app: FastifyInstance, deps: AnswerCallDeps): void {
  for (const endpoint of H3Endpoint.options) {
    const options = {
      bodyLimit: BODY_LIMIT_BYTES,
      onRequest: deps.openCalls.begin(endpoint),
      errorHandler: refuseUnreadable,
    };
    app.post(endpoint, options, async (request, reply) => {
      const open = deps.openCalls.get(request);
      if (open) await answerCall(deps, endpoint, { request, reply, call: open.call });
      return reply;
    });
  }

  /** Error handler for bodies that are not JSON or too large: they never reach the route handler. */
  function refuseUnreadable(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
    const { statusCode: status = 500 } = error;
    const open = deps.openCalls.get(request);
    if (open && status < 500) open.call.answer = 'invalid';
    sendError(reply, { status, message: `simulator: ${error.message}` }, createTraceId(), deps.wire);
  }
}
