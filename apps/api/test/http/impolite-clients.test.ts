import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { GENERATION_PATH, UPLOADS_PATH } from '@darkroom/contracts/rest';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { ClientBounds } from '../../src/http/server.ts';
import { buildFaultyServer } from './faulty-server.ts';
import { WIDE } from './wide-bounds.ts';

const FOREVER_BYTES = 1_000_000_000;

interface Listening {
  open(words?: string): Socket;
  /** The number of inputs that were accepted as requests. */
  requests(): number;
  /** The number of connections the server holds open. */
  count(): Promise<number>;
}

async function listen(bounds: Partial<ClientBounds>): Promise<Listening> {
  const server = await buildFaultyServer(new Error('not to be reached'), { ...WIDE, ...bounds });
  const chunk = Buffer.alloc(64 * 1024);
  server.get('/large', (_, reply) => reply.send(Readable.from(Array.from({ length: 512 }, () => chunk))));
  let requests = 0;
  server.server.on('request', () => requests++);
  const { port } = new URL(await server.listen({ host: '127.0.0.1', port: 0 }));
  return {
    requests: () => requests,
    open(words = '') {
      const socket = connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true });
      onTestFinished(() => void socket.destroy());
      socket.on('error', () => {}); // it may be cut off
      socket.write(words);
      return socket;
    },
    count: () =>
      new Promise((resolve, reject) => {
        server.server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
      }),
  };
}

/** Reads until the server ends its side; the client's side stays open. */
async function readAll(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(socket, 'end');
  return Buffer.concat(chunks).toString();
}

/** Sends one byte every 10 ms, whatever the server answers. */
function drip(socket: Socket): void {
  const timer = setInterval(() => socket.writable && socket.write('a'), 10);
  onTestFinished(() => clearInterval(timer));
}

const headOf = (length: number, more = '') =>
  `POST ${UPLOADS_PATH} HTTP/1.1\r\nhost: a\r\ncontent-type: text/plain\r\ncontent-length: ${length}\r\n${more}\r\n`;
const SHORT = { bytes: 100_000_000, idleMs: 50, totalMs: 60_000, connections: 100 };
const BRIEF = { bytes: 100_000_000, idleMs: 60_000, totalMs: 200, connections: 100 };

describe('a client that never closes its connection', () => {
  test.each([
    ['sends nothing after connecting', '', false],
    ['sends half a header', 'GET / HTTP/1.1\r\nhost: a\r\n', false],
    ['sends a header byte by byte', 'GET / HTTP/1.1\r\nx: ', true],
    ['sends a body byte by byte', headOf(FOREVER_BYTES), true],
    ['sends bytes that are not HTTP without an end', 'HELLO\r\n\r\n', true],
    ['sends headers over the limit without an end', `GET / HTTP/1.1\r\nx: ${'a'.repeat(20_000)}`, true],
  ])('is disconnected when it %s', async (_, words, goesOn) => {
    const { open, count } = await listen({
      headersTimeoutMs: 50,
      requestTimeoutMs: 60_000,
      hold: { ...WIDE.hold, idleMs: 60_000, totalMs: 50 },
      linger: goesOn ? BRIEF : SHORT,
    });
    const socket = open(words);
    if (goesOn) drip(socket);
    expect(await readAll(socket)).toMatch(/^HTTP\/1\.1 4\d\d /);
    await expect.poll(count).toBe(0);
  });

  test('is disconnected when it sends more bytes after a refusal than the server discards', async () => {
    const { open, count } = await listen({
      hold: { ...WIDE.hold, bytes: 100_000 },
      linger: { ...WIDE.linger, bytes: 100_000 },
    });
    const socket = open(headOf(FOREVER_BYTES));
    const [first] = await Promise.all([once(socket, 'data'), once(socket, 'connect').then(() => flood(socket))]);
    expect(String(first)).toMatch(/^HTTP\/1\.1 4\d\d /);
    await expect.poll(count).toBe(0);
  });

  test('is disconnected when it requests a large answer and never reads it', async () => {
    const { open, count } = await listen({ stalledAnswerMs: 100 });
    const socket = open('GET /large HTTP/1.1\r\nhost: a\r\n\r\n').pause();
    await once(socket, 'connect');
    await expect.poll(count).toBe(1);
    await expect.poll(count).toBe(0);
  });
});

function flood(socket: Socket): void {
  const timer = setInterval(() => socket.writableLength < 1_000_000 && socket.write(Buffer.alloc(100_000)), 1);
  onTestFinished(() => clearInterval(timer));
  socket.once('close', () => clearInterval(timer));
}

test('closes a connection right after its answer when the bound of lingering connections is reached', async () => {
  const { open, count } = await listen({ linger: { ...WIDE.linger, connections: 1 } });
  const first = open('HELLO\r\n\r\n');
  expect(await readAll(first)).toContain('HTTP/1.1 400');
  const second = open('HELLO\r\n\r\n');
  expect(await readAll(second)).toContain('HTTP/1.1 400');
  await expect.poll(count).toBe(1);
});

describe('an answer sent before the end of the request body', () => {
  test('waits for the rest of the body and keeps the connection for the next request', async () => {
    const { open } = await listen({ hold: { ...WIDE.hold, idleMs: 60_000 } });
    const size = 30_000_000;
    const socket = open(headOf(size));
    socket.write(Buffer.alloc(size));
    socket.end('GET /nowhere HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');
    expect((await text(socket)).match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 413', 'HTTP/1.1 404']);
  });

  test.each([
    ['POST', 415],
    ['PUT', 405],
  ])('is sent with connection: close when a %s body stalls', async (method, status) => {
    const { open } = await listen({ linger: SHORT });
    const answer = await text(open(`${headOf(1_000_000).replace('POST', method)}abc`));
    expect(answer).toContain(`HTTP/1.1 ${status} `);
    expect(answer).toMatch(/^connection: close\r$/im);
  });

  test('is not lost to a reset when the client keeps sending', async () => {
    const { open } = await listen({});
    const socket = open(`${headOf(1_000_000)}abc`);
    await once(socket, 'readable'); // the answer has arrived, unread
    socket.write(Buffer.alloc(900_000), () => setImmediate(() => socket.end()));
    await once(socket, 'finish');
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 415 /);
  });

  test.each(['connection: close\r\n', 'expect: 100-continue\r\n'])(
    'is not lost to a reset for a request with %j',
    async (header) => {
      const { open } = await listen({});
      const socket = open(headOf(1_000_000, header));
      await once(socket, 'readable');
      socket.write(Buffer.alloc(1_000_000));
      socket.end();
      await once(socket, 'finish');
      expect((await text(socket)).match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 415']);
    },
  );

  test('is the last on its connection: following bytes are not parsed as a request', async () => {
    const { open, count, requests } = await listen({ hold: { ...WIDE.hold, bytes: 1_000 } });
    const socket = open(headOf(100_000));
    socket.write(Buffer.alloc(50_000));
    await once(socket, 'readable');
    socket.write(Buffer.alloc(50_000));
    socket.end('GET /nowhere HTTP/1.1\r\nhost: a\r\n\r\n');
    expect((await text(socket)).match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 415']);
    await expect.poll(count).toBe(0);
    expect(requests()).toBe(1);
  });
});

test('sends 100 Continue once the body is needed, and not to a request refused before', async () => {
  const { open } = await listen({ linger: SHORT });
  const wanted = `POST ${GENERATION_PATH} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\nexpect: 100-continue\r\n`;
  const socket = open(`${wanted}content-length: 2\r\nconnection: close\r\n\r\n`);
  expect(String((await once(socket, 'data'))[0])).toBe('HTTP/1.1 100 Continue\r\n\r\n');
  socket.write('{}');
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 400 /);

  const refused = open(headOf(5_000_000, 'expect: 100-continue\r\n'));
  expect((await text(refused)).match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 415']);
});

test('does not answer bytes that are not HTTP while the previous request is running', async () => {
  const { open } = await listen({});
  const answer = await text(open('GET /large HTTP/1.1\r\nhost: a\r\n\r\nGARBAGE\r\n\r\n'));
  expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200']);
  expect(answer.length).toBeGreaterThan(512 * 64 * 1024);
});
