import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';

/** Takes the reply over from Fastify, to misbehave on the raw connection. */
function hijack(reply: FastifyReply) {
  reply.hijack();
  return reply.raw;
}

/** Never answers. The connection stays open until the client or the simulator closes it. */
export function hangBeforeHeaders(reply: FastifyReply): void {
  hijack(reply);
}

/** Resets the TCP connection immediately. */
export function resetConnection(reply: FastifyReply): void {
  hijack(reply).socket?.resetAndDestroy();
}

/** Closes the TCP connection normally, immediately. */
export function closeConnection(reply: FastifyReply): void {
  hijack(reply).socket?.end();
}

/**
 * Milliseconds between the data and the reset. libuv reports a reset that arrives together with data as a normal end.
 */
const READ_FIRST_MS = 20;

/** Sends headers for all of `body` and half of its bytes. Then hangs, resets the connection or closes it normally. */
export async function sendHalf(
  reply: FastifyReply,
  contentType: string,
  body: Buffer,
  then: 'hang' | 'reset' | 'end',
): Promise<void> {
  const raw = hijack(reply);
  raw.writeHead(200, { 'content-type': contentType, 'content-length': body.length });
  await new Promise((resolve) => raw.write(body.subarray(0, Math.floor(body.length / 2)), resolve));
  if (then === 'reset') await resetAfterData(raw);
  if (then === 'end') raw.socket?.end();
}

/** Resets the connection after the client has had time to read what was written. */
export async function resetAfterData(raw: ServerResponse): Promise<void> {
  await delay(READ_FIRST_MS);
  raw.socket?.resetAndDestroy();
}

/** Writes interim responses directly to the socket, before the reply. `inPieces` writes them byte by byte. */
export async function sendInterim(reply: FastifyReply, statuses: number[], inPieces: boolean): Promise<void> {
  const { socket } = reply.raw;
  const text = statuses.map((status) => `HTTP/1.1 ${status} Interim\r\nX-Interim: ${status}\r\n\r\n`).join('');
  for (const piece of inPieces ? text : [text]) {
    await new Promise((resolve) => socket?.write(piece, resolve));
  }
}

/** Sends one byte every `intervalMs` milliseconds, until all are sent or the client disconnects. */
export async function trickle(
  reply: FastifyReply,
  contentType: string,
  body: Buffer,
  intervalMs: number,
): Promise<void> {
  const raw = hijack(reply);
  raw.writeHead(200, { 'content-type': contentType, 'content-length': body.length });
  let sent = 0;
  const timer = setInterval(() => {
    raw.write(body.subarray(sent, ++sent));
    if (sent === body.length) raw.end();
  }, intervalMs);
  await once(raw, 'close');
  clearInterval(timer);
}

/** Sends `start`, then `chunk` repeatedly, until the client disconnects. */
export async function sendEndlessly(
  reply: FastifyReply,
  contentType: string,
  start: string,
  chunk: string,
): Promise<void> {
  const raw = hijack(reply);
  raw.writeHead(200, { 'content-type': contentType });
  raw.write(start);
  const write = () => {
    while (raw.write(chunk));
  };
  raw.on('drain', write);
  write();
  await once(raw, 'close');
}
