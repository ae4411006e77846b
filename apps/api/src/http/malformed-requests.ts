import type { Server, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { ImageError, REQUEST_ERRORS, unreadableRequest } from '@darkroom/contracts';
import type { EarlyAnswers } from './early-answers.ts';
import { errorEnvelope } from './error-replies.ts';
import type { Lingering } from './lingering-close.ts';

/** The `Allow` header for a request whose URL is never routed. */
const ANY_METHOD = 'GET, HEAD, POST, DELETE, OPTIONS';
const REQUEST_LINE = /^[!#$%&'*+.^`|~\w-]+ \S+ HTTP\/1\.[01]\r?\n/;

type ParseError = Error & { code?: string };

export interface UnreadableRequests {
  /**
   * Answers input that is no HTTP request, headers beyond their limit, and a request that took too long. Fastify takes
   * it as `clientErrorHandler`.
   */
  answer(error: ParseError, socket: Socket): void;
  /** Call once the server exists. */
  watch(server: Server): void;
}

/** Answers input that never becomes a request with the common error envelope, and closes its connection. */
export function createUnreadableRequests(
  lingering: Lingering,
  early: Pick<EarlyAnswers, 'release'>,
): UnreadableRequests {
  /** The latest answer of each connection. */
  const answers = new WeakMap<Socket, ServerResponse>();
  /** Connections whose parser has failed: it fails again with every further chunk, which must not be answered again. */
  const failed = new WeakSet<Socket>();

  function refuse(socket: Socket, refusal: ImageError): void {
    const body = JSON.stringify(errorEnvelope(refusal));
    const { http } = REQUEST_ERRORS[refusal.code];
    socket.on('error', () => {}); // the peer may have reset the connection
    socket.write(
      `HTTP/1.1 ${http} Refused\r\ncontent-type: application/json; charset=utf-8\r\n` +
        `content-length: ${Buffer.byteLength(body)}\r\ncache-control: no-store\r\nx-content-type-options: nosniff\r\n` +
        `${http === 405 ? `allow: ${ANY_METHOD}\r\n` : ''}connection: close\r\n\r\n${body}`,
    );
    lingering.close(socket);
  }

  function end(error: ParseError, socket: Socket): void {
    if (socket.destroyed || lingering.has(socket)) return;
    const answer = answers.get(socket);
    if (!answer || answer.writableFinished) {
      refuse(socket, refusalOf(error));
    } else if (early.release(answer.req) || answer.headersSent || answer.req.complete || answer.socket !== socket) {
      // The unreadable input follows a request that has or will get its own answer. The client would take a second
      // answer for that one.
      answer.once('finish', () => lingering.close(socket));
    } else {
      answer.detachSocket(socket); // so that the handler cannot answer this request a second time
      refuse(socket, refusalOf(error));
    }
  }

  return {
    answer(error, socket) {
      if (error.code === 'ECONNRESET' || !socket.writable) {
        if (!lingering.has(socket)) socket.destroy();
        return;
      }
      if (failed.has(socket)) return;
      failed.add(socket);
      setImmediate(() => end(error, socket)); // an answer that does not wait for the body may be on its way
    },
    watch(server) {
      server.on('request', (request, response) => {
        const { socket } = request;
        answers.set(socket, response);
        // The answer references its request: an idle connection would keep a whole upload in memory.
        response.once('close', () => {
          if (request.complete && answers.get(socket) === response) answers.delete(socket);
        });
      });
      // Without a listener, Node closes the connection of a CONNECT request without an answer.
      server.on('connect', (_request, stream: Duplex) => {
        if (stream instanceof Socket) refuse(stream, new ImageError('method_not_allowed'));
      });
    },
  };
}

function refusalOf(error: ParseError): ImageError {
  if (error.code === 'HPE_HEADER_OVERFLOW') return new ImageError('payload_too_large');
  return isMethodUnknown(error) ? new ImageError('method_not_allowed') : unreadableRequest(error);
}

/** Whether the request line is well-formed, except that Node's parser does not know its method. */
function isMethodUnknown(error: ParseError): boolean {
  if (error.code !== 'HPE_INVALID_METHOD' || !('rawPacket' in error)) return false;
  return Buffer.isBuffer(error.rawPacket) && REQUEST_LINE.test(error.rawPacket.toString('latin1'));
}
