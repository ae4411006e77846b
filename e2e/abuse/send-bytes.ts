import { connect } from 'node:net';

/** The status, head and body of an answer. */
export interface Answer {
  status: number;
  head: string;
  body: string;
}

interface Manner {
  timeoutMs: number;
  /** Half-closes the connection after the bytes, for a server that might wait for more. */
  halfClose: boolean;
}

/**
 * Writes to a new connection and reads until the server ends it. Returns the answer, or null if the server closed the
 * connection without one. Rejects after `timeoutMs`.
 */
export function sendBytes(port: number, bytes: Buffer, { timeoutMs, halfClose }: Manner): Promise<Answer | null> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    const timer = setTimeout(() => {
      reject(new Error(`no end after ${timeoutMs} ms`));
      socket.destroy();
    }, timeoutMs);
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('error', () => {}); // a reset connection is a valid outcome
    socket.on('end', () => socket.destroy());
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(readAnswer(Buffer.concat(chunks).toString()));
    });
    if (halfClose) socket.end(bytes);
    else socket.write(bytes);
  });
}

function readAnswer(text: string): Answer | null {
  const final = text.replace(/^HTTP\/1\.1 100 .*\r\n\r\n/, '');
  const status = /^HTTP\/1\.1 (\d{3}) /.exec(final)?.[1];
  if (status === undefined) return null;
  const headEnd = final.indexOf('\r\n\r\n');
  const head = final.slice(0, headEnd);
  const body = final.slice(headEnd + 4);
  return { status: Number(status), head, body: /^transfer-encoding: chunked/im.test(head) ? joinChunks(body) : body };
}

/**
 * Strips only the outer chunk framing: sizes count bytes while the text has characters, and errors come in one chunk.
 */
function joinChunks(body: string): string {
  return body.replace(/^[\da-f]+\r\n/i, '').replace(/\r\n0\r\n\r\n$/, '');
}
