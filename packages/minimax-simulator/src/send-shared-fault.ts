import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyReply } from 'fastify';
import type { SharedFault } from './shared-fault.ts';
import { closeConnection, hangBeforeHeaders, resetConnection, sendEndlessly, sendHalf, trickle } from './transfer.ts';

const compress = promisify(gzip);

/** The faults that replace or break a whole response, whatever is in it. */
const RESPONSE_FAULTS = [
  'http',
  'hang',
  'reset',
  'close',
  'trickle',
  'endless',
  'gzip_bomb',
  'truncated_json',
] as const;
export type ResponseFault = Extract<SharedFault, { kind: (typeof RESPONSE_FAULTS)[number] }>;

/** A response of `contentType` that begins with `start`. */
interface Response {
  contentType: string;
  body: Buffer;
  /** The start of a body that never ends. */
  start: string;
}

export function isResponseFault(fault: { kind: string }): fault is ResponseFault {
  return RESPONSE_FAULTS.some((kind) => kind === fault.kind);
}

/** Sends the response with its fault. */
export async function sendResponseFault(
  reply: FastifyReply,
  fault: ResponseFault,
  response: Response,
): Promise<unknown> {
  const { contentType, body, start } = response;
  switch (fault.kind) {
    case 'http':
      return reply.code(fault.status).type('text/html').headers(fault.headers).send(fault.body);
    case 'hang':
      return fault.at === 'headers' ? hangBeforeHeaders(reply) : sendHalf(reply, contentType, body, 'hang');
    case 'reset':
      return fault.at === 'body' ? sendHalf(reply, contentType, body, 'reset') : resetConnection(reply);
    case 'close':
      return fault.at === 'body' ? sendHalf(reply, contentType, body, 'end') : closeConnection(reply);
    case 'trickle':
      return trickle(reply, contentType, body, fault.intervalMs);
    case 'endless':
      return sendEndlessly(reply, contentType, start, ' '.repeat(65_536));
    case 'gzip_bomb':
      return reply
        .type(contentType)
        .header('content-encoding', 'gzip')
        .send(await compress(Buffer.alloc(fault.bytes, ' ')));
    case 'truncated_json':
      return reply.type(contentType).send(body.subarray(0, body.length / 2));
  }
}
