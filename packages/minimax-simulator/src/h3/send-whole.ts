import type { FastifyReply } from 'fastify';
import { isResponseFault, sendResponseFault } from '../send-shared-fault.ts';
import { errorBody, type H3Error } from './errors.ts';
import type { H3Fault } from './fault.ts';
import type { H3Wire } from './wire.ts';

/** A whole response: a JSON body, or the text of a stream. */
export interface WholeAnswer {
  requestId: string;
  body: Record<string, unknown> | string;
}

/** Sends the successful answer, changed by the fault if there is one. */
export async function sendWhole(
  reply: FastifyReply,
  fault: H3Fault | undefined,
  { requestId, body }: WholeAnswer,
): Promise<unknown> {
  const isStream = typeof body === 'string';
  if (fault && isResponseFault(fault)) {
    return sendResponseFault(reply, fault, {
      contentType: isStream ? 'text/event-stream; charset=utf-8' : 'application/json; charset=utf-8',
      body: Buffer.from(isStream ? body : JSON.stringify(body)),
      start: isStream ? 'data: {"type":"' : '{"data":"',
    });
  }
  if (fault?.kind === 'base_resp') {
    const base_resp = { status_code: fault.code, status_msg: fault.message ?? 'simulated error' };
    return reply.code(fault.status).headers(fault.headers).send({ base_resp, request_id: requestId });
  }
  if (fault?.kind === 'null_data' && !isStream) return reply.send({ ...body, data: null });
  return reply.send(body);
}

/** Sends an HTTP error. */
export function sendError(
  reply: FastifyReply,
  error: H3Error & { retryAfterS?: number | undefined },
  requestId: string,
  wire: H3Wire,
): FastifyReply {
  const { status, retryAfterS } = error;
  if (status === 429 && wire.retryAfter && retryAfterS !== undefined) reply.header('retry-after', retryAfterS);
  return reply.code(status).send(errorBody(error, requestId, wire));
}
