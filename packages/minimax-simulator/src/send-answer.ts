import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyReply } from 'fastify';
import type { Fault } from './fault.ts';
import { errorAnswer, type GenerationAnswer } from './generation-answer.ts';
import { reshape } from './reshape.ts';
import {
  closeConnection,
  hangBeforeHeaders,
  resetConnection,
  sendEndlessly,
  sendHalf,
  sendInterim,
  trickle,
} from './transfer.ts';

const compress = promisify(gzip);

/** Sends the successful answer `good`, changed by the fault if there is one. */
export async function sendAnswer(
  reply: FastifyReply,
  fault: Fault | undefined,
  good: GenerationAnswer,
): Promise<unknown> {
  const json = Buffer.from(JSON.stringify(good));
  const contentType = 'application/json; charset=utf-8';
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
    case 'http':
      return reply.code(fault.status).type('text/html').headers(fault.headers).send(fault.body);
    case 'null_data':
      return reply.send({ ...good, data: null });
    case 'no_base_resp':
      return reply.send(fault.images ? { ...good, base_resp: undefined } : { id: good.id });
    case 'truncated_json':
      return reply.type(contentType).send(json.subarray(0, json.length / 2));
    case 'hang':
      return fault.at === 'headers' ? hangBeforeHeaders(reply) : sendHalf(reply, contentType, json, 'hang');
    case 'reset':
      return fault.at === 'body' ? sendHalf(reply, contentType, json, 'reset') : resetConnection(reply);
    case 'close':
      return fault.at === 'body' ? sendHalf(reply, contentType, json, 'end') : closeConnection(reply);
    case 'interim':
      await sendInterim(reply, fault.statuses, fault.inPieces);
      return reply.send(good);
    case 'reshaped':
      return reply.send(reshape(good, fault.shape));
    case 'trickle':
      return trickle(reply, contentType, json, fault.intervalMs);
    case 'endless':
      return sendEndlessly(reply, contentType, '{"data":"', ' '.repeat(65_536));
    case 'gzip_bomb':
      return reply
        .type(contentType)
        .header('content-encoding', 'gzip')
        .send(await compress(Buffer.alloc(fault.bytes, ' ')));
  }
}
