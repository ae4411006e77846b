import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { ImageError, REQUEST_ERRORS, unreadableRequest } from '@darkroom/contracts';
import { errorEnvelope } from './error-replies.ts';

/** The latest answer of each connection. */
const answers = new WeakMap<Socket, ServerResponse>();

/** Remembers what is answered, so that `answerUnreadable` does not answer it again. */
export function rememberAnswers(server: Server): void {
  server.on('request', (request, response) => {
    const { socket } = request;
    answers.set(socket, response);
    // With it goes what it was the answer to: an idle connection would keep a whole photograph.
    response.once('close', () => {
      if (request.complete && answers.get(socket) === response) answers.delete(socket);
    });
  });
}

/** Answers what is no HTTP request at all, or one with more headers than fit, in the shape of every other error. */
export function answerUnreadable(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable || isAnswered(socket)) {
    socket.destroy();
    return;
  }
  const refusal = error.code === 'HPE_HEADER_OVERFLOW' ? new ImageError('payload_too_large') : unreadableRequest(error);
  const body = JSON.stringify(errorEnvelope(refusal));
  const status = REQUEST_ERRORS[refusal.code].http;
  socket.end(
    `HTTP/1.1 ${status} Refused\r\ncontent-type: application/json; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\ncache-control: no-store\r\nconnection: close\r\n\r\n${body}`,
  );
}

/** What cannot be read is the rest of a request that has its answer: a second one would pass for that of the next request. */
function isAnswered(socket: Socket): boolean {
  const answer = answers.get(socket);
  return answer?.headersSent === true && !answer.req.complete;
}
