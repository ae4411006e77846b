import type { Socket } from 'node:net';
import { ImageError, REQUEST_ERRORS } from '@darkroom/contracts';
import { errorEnvelope } from './error-replies.ts';

/** Answers what is no HTTP request at all, or one with more headers than fit, in the shape of every other error. */
export function answerUnreadable(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const refusal = new ImageError(error.code === 'HPE_HEADER_OVERFLOW' ? 'payload_too_large' : 'invalid_request');
  const body = JSON.stringify(errorEnvelope(refusal));
  const status = REQUEST_ERRORS[refusal.code].http;
  socket.end(
    `HTTP/1.1 ${status} Refused\r\ncontent-type: application/json; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\ncache-control: no-store\r\nconnection: close\r\n\r\n${body}`,
  );
}
