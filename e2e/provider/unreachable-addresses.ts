import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer, type Server, Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import type { Settings } from '@darkroom/test-kit/api/api-environment';
import { CHECKOUT } from '@darkroom/test-kit/process/checkout';
import { onTestFinished } from 'vitest';

const HOST = '127.0.0.1';
const FIXTURES = `${CHECKOUT}packages/minimax-client/test/fixtures/localhost`;

/** An address to which no connection can be made. It exists until the end of the test that opens it. */
interface UnreachableAddress {
  fault: string;
  open(): Promise<string>;
  /** The text recorded with the attempt. */
  reason: string;
  settings?: Settings;
}

/** For faults that only a time-out detects. */
const SHORT_TIMEOUT = { MINIMAX_TIMEOUT_MS: 300 };

export const UNREACHABLE_ADDRESSES: UnreachableAddress[] = [
  { fault: 'refused', open: openRefusing, reason: 'ECONNREFUSED' },
  { fault: 'a name that does not resolve', open: openNowhere, reason: 'ENOTFOUND' },
  { fault: 'a connection that is not accepted', open: openFull, reason: 'timeout', settings: SHORT_TIMEOUT },
  { fault: 'a TLS handshake that is not answered', open: openSilent, reason: 'timeout', settings: SHORT_TIMEOUT },
  { fault: 'a TLS handshake that is reset', open: openResetting, reason: 'ECONNRESET' },
  { fault: 'an answer that is not TLS', open: openPlain, reason: 'ERR_SSL_WRONG_VERSION_NUMBER' },
  { fault: 'a certificate that nobody trusts', open: openSelfSigned, reason: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
];

/** Returns the URL of a port on which nothing listens any more. */
export async function openRefusing(): Promise<string> {
  const server = createServer();
  const address = await listen(server);
  server.close();
  return `http://${address}`;
}

/** The label is too long for DNS, so no name server is asked. */
async function openNowhere(): Promise<string> {
  return `https://${'a'.repeat(64)}.example`;
}

async function openSilent(): Promise<string> {
  return `https://${await listen(createServer())}`;
}

async function openResetting(): Promise<string> {
  return `https://${await listen(createServer((socket) => socket.once('data', () => socket.resetAndDestroy())))}`;
}

async function openPlain(): Promise<string> {
  return `https://${await listen(createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')))}`;
}

async function openSelfSigned(): Promise<string> {
  const [cert, key] = await Promise.all([readFile(`${FIXTURES}-cert.pem`), readFile(`${FIXTURES}-key.pem`)]);
  return `https://${await listen(createHttpsServer({ cert, key }))}`;
}

/** Listens and never accepts. */
const FULL_SERVER = `
  const { parentPort } = require('node:worker_threads');
  const server = require('node:net').createServer().listen({ port: 0, host: '${HOST}', backlog: 1 }, () => {
    parentPort.postMessage(server.address().port);
    setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
  });
`;

/** The system queues one or two connections for a busy server; further ones get no answer at all. */
async function openFull(): Promise<string> {
  const worker = new Worker(FULL_SERVER, { eval: true });
  onTestFinished(async () => void (await worker.terminate()));
  const [port]: number[] = await once(worker, 'message');
  const waiting = Array.from({ length: 4 }, () => new Socket().on('error', () => {}).connect(port ?? 0, HOST));
  onTestFinished(() => {
    for (const socket of waiting) socket.destroy();
  });
  return `http://${HOST}:${port}`;
}

/** Returns host and port. */
async function listen(server: Server): Promise<string> {
  const sockets: Socket[] = [];
  server.on('connection', (socket) => sockets.push(socket.on('error', () => {})));
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  await once(server.listen(0, HOST), 'listening');
  // A listening TCP server always has an address with a port.
  return `${HOST}:${(server.address() as AddressInfo).port}`;
}
