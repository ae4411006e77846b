import type { FastifyReply } from 'fastify';
import { isResponseFault, sendResponseFault } from '../send-shared-fault.ts';
import { sendInterim } from '../transfer.ts';
import type { Image01Fault } from './fault.ts';
import { errorAnswer, type GenerationAnswer } from './generation-answer.ts';
import { reshape } from './reshape.ts';

/** Sends the successful answer `good`, changed by the fault if there is one. */
export async function sendAnswer(
  reply: FastifyReply,
  fault: Image01Fault | undefined,
  good: GenerationAnswer,
): Promise<unknown> {
  if (fault && isResponseFault(fault)) {
    const body = Buffer.from(JSON.stringify(good));
    return sendResponseFault(reply, fault, {
      contentType: 'application/json; charset=utf-8',
      body,
      start: '{"data":"',
    });
  }
  switch (fault?.kind) {
    case undefined:
    case 'fewer_images':
    case 'image':
      return reply.send(good);
    case 'base_resp':
      return reply
        .code(fault.status)
        .headers(fault.headers)
        .send(errorAnswer(good.id, fault.code, fault.message));
    case 'null_data':
      return reply.send({ ...good, data: null });
    case 'no_base_resp':
      return reply.send(fault.images ? { ...good, base_resp: undefined } : { id: good.id });
    case 'interim':
      await sendInterim(reply, fault.statuses, fault.inPieces);
      return reply.send(good);
    case 'reshaped':
      return reply.send(reshape(good, fault.shape));
  }
}
