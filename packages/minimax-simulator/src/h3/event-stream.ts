import type { FastifyReply } from 'fastify';
import { resetAfterData } from '../transfer.ts';
import type { H3Event } from './answer.ts';
import type { H3Wire } from './wire.ts';

const NEWLINES = { lf: '\n', crlf: '\r\n', cr: '\r' };

/** An event as text, with the blank line that ends it. */
export function formatEvent(event: H3Event, wire: H3Wire, json = toJson(event, wire)): string {
  const newline = NEWLINES[wire.newline];
  const name = wire.eventLine ? `event: ${event.type}${newline}` : '';
  const data = json.split('\n').map((line) => `data: ${line}${newline}`);
  return `${name}${data.join('')}${newline}`;
}

function toJson(event: H3Event, { splitData }: H3Wire): string {
  return JSON.stringify(event, null, splitData ? 1 : 0);
}

/** The text after the last event. */
export function formatEnd(wire: H3Wire): string {
  return wire.doneMarker ? `data: [DONE]${NEWLINES[wire.newline].repeat(2)}` : '';
}

/** A stream of server-sent events. Nothing fails once the client has gone. */
export interface EventStream {
  /** Writes text. The first one sends the headers. Resolves to false if the client had gone. */
  write(text: string): Promise<boolean>;
  end(text: string): void;
  /** Breaks the stream off. After `silence` nothing more is sent, and the connection stays open. */
  cut(how: 'reset' | 'close' | 'end' | 'silence'): Promise<void>;
}

/** Takes the reply over and sends keepalives from now on. */
export function openEventStream(reply: FastifyReply, wire: H3Wire): EventStream {
  reply.hijack();
  const { raw } = reply;
  const keepalive = `: keepalive${NEWLINES[wire.newline].repeat(2)}`;
  const timer = wire.keepaliveMs > 0 ? setInterval(() => void write(keepalive), wire.keepaliveMs) : undefined;
  const stop = () => clearInterval(timer);
  raw.once('close', stop);
  if (wire.headers === 'at_once') sendHeaders();

  function sendHeaders(): void {
    raw.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' });
    raw.flushHeaders();
  }

  async function write(text: string): Promise<boolean> {
    if (raw.destroyed || raw.writableEnded) return false;
    if (!raw.headersSent) sendHeaders();
    // The callback is also called when the client disconnects, then with an error.
    return new Promise((resolve) => raw.write(text, (error) => resolve(!error)));
  }

  return {
    write,
    end(text) {
      stop();
      if (raw.destroyed) return;
      if (!raw.headersSent) sendHeaders();
      raw.end(text);
    },
    async cut(how) {
      stop();
      if (!raw.destroyed && !raw.headersSent) sendHeaders();
      if (how === 'end') raw.end();
      if (how === 'close') raw.socket?.end();
      if (how === 'reset') await resetAfterData(raw);
    },
  };
}
