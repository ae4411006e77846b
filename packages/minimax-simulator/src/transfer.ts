import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';

/** Takes the reply out of Fastify's hands, for what no well-behaved server does. */
function takeOver(reply: FastifyReply) {
  reply.hijack();
  return reply.raw;
}

/** The request stays unanswered until somebody hangs up. */
export function hangBeforeHeaders(reply: FastifyReply): void {
  takeOver(reply);
}

/** A TCP reset, now. */
export function resetConnection(reply: FastifyReply): void {
  takeOver(reply).socket?.resetAndDestroy();
}

/** An orderly end, now. */
export function closeConnection(reply: FastifyReply): void {
  takeOver(reply).socket?.end();
}

/** libuv reports a reset that arrives together with data as an orderly end, so the data goes first. */
const READ_FIRST_MS = 20;

/** Promises all of `body`, sends half of it, and then hangs, resets the connection or ends it in order. */
export async function sendHalf(
  reply: FastifyReply,
  contentType: string,
  body: Buffer,
  then: 'hang' | 'reset' | 'end',
): Promise<void> {
  const raw = takeOver(reply);
  raw.writeHead(200, { 'content-type': contentType, 'content-length': body.length });
  await new Promise((resolve) => raw.write(body.subarray(0, Math.floor(body.length / 2)), resolve));
  if (then === 'reset') {
    await delay(READ_FIRST_MS);
    raw.socket?.resetAndDestroy();
  }
  if (then === 'end') raw.socket?.end();
}

/** Interim answers, straight onto the connection; the reply is still to come. */
export async function sendInterim(reply: FastifyReply, statuses: number[], inPieces: boolean): Promise<void> {
  const { socket } = reply.raw;
  const text = statuses.map((status) => `HTTP/1.1 ${status} Interim\r\nX-Interim: ${status}\r\n\r\n`).join('');
  for (const piece of inPieces ? text : [text]) {
    await new Promise((resolve) => socket?.write(piece, resolve));
  }
}

/** One byte every `intervalMs`, until all are sent or the other side leaves. */
export async function trickle(
  reply: FastifyReply,
  contentType: string,
  body: Buffer,
  intervalMs: number,
): Promise<void> {
  const raw = takeOver(reply);
  raw.writeHead(200, { 'content-type': contentType, 'content-length': body.length });
  let sent = 0;
  const timer = setInterval(() => {
    raw.write(body.subarray(sent, ++sent));
    if (sent === body.length) raw.end();
  }, intervalMs);
  await once(raw, 'close');
  clearInterval(timer);
}

/** `start`, then `chunk` again and again, until the other side leaves. */
export async function pour(reply: FastifyReply, contentType: string, start: string, chunk: string): Promise<void> {
  const raw = takeOver(reply);
  raw.writeHead(200, { 'content-type': contentType });
  raw.write(start);
  const write = () => {
    while (raw.write(chunk));
  };
  raw.on('drain', write);
  write();
  await once(raw, 'close');
}
