import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { type Simulator, startSimulator } from '@darkroom/minimax-simulator';
import { buildConnector } from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createMiniMaxClient, type MiniMaxClientOptions, MiniMaxError } from '../src/index.ts';
import { createHandClock } from './hand-clock.ts';

// A key for the loopback interface, made for these tests.
const cert = readFileSync(new URL('fixtures/localhost-cert.pem', import.meta.url));
const key = readFileSync(new URL('fixtures/localhost-key.pem', import.meta.url));

let simulator: Simulator;
const servers: Server[] = [];
const sockets: Socket[] = [];

beforeAll(async () => {
  simulator = await startSimulator({ images: 'plain' });
});
afterEach(async () => {
  simulator.reset();
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});
afterAll(() => simulator.close());

function call(baseUrl: string, options: Partial<MiniMaxClientOptions> = {}, signal?: AbortSignal) {
  const client = createMiniMaxClient({ apiKey: 'key', baseUrl, ...options });
  return client.generateImage({ model: 'image-01', prompt: 'a red fox' }, { signal });
}

async function failure(result: Promise<unknown>): Promise<MiniMaxError> {
  const error = await result.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!MiniMaxError.isInstance(error)) throw new Error('Expected a MiniMaxError.', { cause: error });
  return error;
}

/** Listens on a free loopback port and returns it. */
async function listen(server: Server): Promise<number> {
  servers.push(server);
  server.on('connection', (socket) => sockets.push(socket.on('error', () => {})));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  // A listening TCP server always has an address with a port.
  return (server.address() as AddressInfo).port;
}

describe('a failure before the connection stands, which is reported as not taken', () => {
  const unreachable = { kind: 'unreachable', taken: 'no' };

  test('covers a refused connection', async () => {
    const port = await listen(createServer());
    servers[0]?.close();
    const error = await failure(call(`http://127.0.0.1:${port}`));
    expect(error).toMatchObject({ ...unreachable, message: 'MiniMax: no connection (ECONNREFUSED)' });
  });

  test('covers an unknown host', async () => {
    const connect = buildConnector({
      lookup: (_host, _options, done) => done(Object.assign(new Error('no'), { code: 'ENOTFOUND' }), ''),
    });
    const error = await failure(call('https://api.example', { connect }));
    expect(error).toMatchObject({ ...unreachable, message: 'MiniMax: no connection (ENOTFOUND)' });
  });

  test('covers a TLS handshake that times out', async () => {
    const port = await listen(createServer());
    const error = await failure(call(`https://127.0.0.1:${port}`, { connectTimeoutMs: 50 }));
    expect(error).toMatchObject({ ...unreachable, message: 'MiniMax: no connection (UND_ERR_CONNECT_TIMEOUT)' });
  });

  test('covers a reset during the TLS handshake', async () => {
    const port = await listen(createServer((socket) => socket.once('data', () => socket.resetAndDestroy())));
    expect(await failure(call(`https://127.0.0.1:${port}`))).toMatchObject(unreachable);
  });

  test('covers an answer that is not TLS', async () => {
    const port = await listen(createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')));
    expect(await failure(call(`https://127.0.0.1:${port}`))).toMatchObject(unreachable);
  });

  test('covers an untrusted certificate', async () => {
    const port = await listen(createHttpsServer({ cert, key }));
    const error = await failure(call(`https://127.0.0.1:${port}`));
    expect(error).toMatchObject({ ...unreachable, message: 'MiniMax: no connection (DEPTH_ZERO_SELF_SIGNED_CERT)' });
  });

  test('covers a deadline that passes while connecting', async () => {
    const server = createServer();
    const port = await listen(server);
    const clock = createHandClock();
    const result = failure(call(`https://127.0.0.1:${port}`, { clock }));
    await once(server, 'connection');
    await clock.ring();
    expect(await result).toMatchObject({ ...unreachable, message: 'MiniMax: no connection (timeout)' });
  });

  test('covers an abort before connecting', async () => {
    expect(await failure(call(simulator.url, {}, AbortSignal.abort()))).toMatchObject({ kind: 'aborted', taken: 'no' });
    expect(simulator.calls()).toEqual([]);
  });

  test('covers an abort while connecting, after which nothing is sent even if the connection succeeds', async () => {
    let requests = 0;
    const tls = createHttpsServer({ cert, key }, () => requests++);
    const late = createServer();
    const port = await listen(late);
    const caller = new AbortController();
    const watched = watchSocket({ ca: cert });
    const result = failure(call(`https://localhost:${port}`, { connect: watched.connect }, caller.signal));
    const [socket] = await once(late, 'connection');
    caller.abort();
    expect(await result).toMatchObject({ kind: 'aborted', taken: 'no' });
    tls.emit('connection', socket);
    await expect.poll(watched.isClosed).toBe(true);
    expect(requests).toBe(0);
  });
});

describe('a failure on an open connection, which is reported as possibly taken', () => {
  test.each(['request', 'headers', 'body'] as const)('covers a reset (%s)', async (at) => {
    simulator.script({ fault: { kind: 'reset', at } });
    expect(await failure(call(simulator.url))).toMatchObject({ kind: 'connection_lost', taken: 'unknown' });
    expect(simulator.calls()).toHaveLength(1);
  });

  test('covers a reset after the TLS handshake', async () => {
    const server = createHttpsServer({ cert, key }, (request) => request.socket.destroy());
    const port = await listen(server);
    const connect = buildConnector({ ca: cert });
    expect(await failure(call(`https://localhost:${port}`, { connect }))).toMatchObject({
      kind: 'connection_lost',
      taken: 'unknown',
    });
  });

  test('covers a connection that is closed before the first byte of the answer', async () => {
    const port = await listen(createServer((socket) => socket.end()));
    expect(await failure(call(`http://127.0.0.1:${port}`))).toMatchObject({
      kind: 'connection_lost',
      taken: 'unknown',
    });
  });

  test('covers a deadline that passes before the answer', async () => {
    simulator.script({ fault: { kind: 'hang', at: 'headers' } });
    const clock = createHandClock();
    const result = failure(call(simulator.url, { clock }));
    await expect.poll(() => simulator.calls()[0]?.answer).toBe('hang');
    await clock.ring();
    expect(await result).toMatchObject({ kind: 'timeout', taken: 'unknown', message: 'MiniMax: timeout' });
    await expect.poll(() => simulator.stats().openCalls).toBe(0);
  });

  test('covers a deadline that passes in the middle of the answer', async () => {
    simulator.script({ fault: { kind: 'hang', at: 'body' } });
    const clock = createHandClock();
    const watched = watchSocket();
    const result = failure(call(simulator.url, { clock, connect: watched.connect }));
    await expect.poll(watched.bytesRead).toBeGreaterThan(200);
    await clock.ring();
    expect(await result).toMatchObject({ kind: 'timeout', taken: 'unknown' });
  });

  test('covers an abort after sending', async () => {
    simulator.script({ hold: true });
    const caller = new AbortController();
    const result = failure(call(simulator.url, {}, caller.signal));
    await expect.poll(() => simulator.stats().heldCalls).toBe(1);
    caller.abort();
    expect(await result).toMatchObject({ kind: 'aborted', taken: 'unknown' });
  });

  test('covers an answer above maxResponseBytes, counted after decompression', async () => {
    expect(await failure(call(simulator.url, { maxResponseBytes: 100 }))).toMatchObject({
      kind: 'bad_answer',
      taken: 'unknown',
    });
    const bomb = gzipSync(Buffer.alloc(10_000_000, ' '));
    const server = createHttpServer((_request, response) => response.setHeader('content-encoding', 'gzip').end(bomb));
    const port = await listen(server);
    const error = await failure(call(`http://127.0.0.1:${port}`, { maxResponseBytes: 1_000_000 }));
    expect(error.message).toBe('MiniMax: the answer is too large');
  });
});

describe('a call', () => {
  test('opens and closes a connection of its own', async () => {
    let connections = 0;
    const server = createHttpServer({ keepAlive: true }, (_request, response) =>
      response.end('{"data":{"image_urls":["x"]}}'),
    );
    server.on('connection', () => connections++);
    const client = createMiniMaxClient({ apiKey: 'key', baseUrl: `http://127.0.0.1:${await listen(server)}` });
    for (let count = 0; count < 3; count++) await client.generateImage({ model: 'image-01', prompt: 'a red fox' });
    expect(connections).toBe(3);
    await expect.poll(() => sockets.every((socket) => socket.destroyed)).toBe(true);
  });

  test.each([307, 308, 401, 407, 421, 503])('sends one request even when it is answered with %i', async (status) => {
    let requests = 0;
    const server = createHttpServer((_request, response) => {
      requests++;
      response
        .writeHead(status, { location: '/v1/image_generation', 'retry-after': '0', 'www-authenticate': 'Basic' })
        .end();
    });
    await failure(call(`http://127.0.0.1:${await listen(server)}`));
    expect(requests).toBe(1);
  });

  test('leaves no timer behind', async () => {
    const clock = createHandClock();
    await call(simulator.url, { clock });
    expect(clock.pending()).toBe(0);
  });
});

/** Observes a client's socket once it is connected. */
function watchSocket(options: buildConnector.BuildOptions = {}) {
  const connectPlainly = buildConnector(options);
  let socket: Socket | null = null;
  const connect: buildConnector.connector = (target, done) =>
    connectPlainly(target, (...result) => {
      socket = result[1];
      done(...result);
    });
  return { connect, bytesRead: () => socket?.bytesRead ?? 0, isClosed: () => socket?.destroyed ?? false };
}
