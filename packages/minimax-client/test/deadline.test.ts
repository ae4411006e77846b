import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, test } from 'vitest';
import { createMiniMaxClient, createStartDeadline, MiniMaxError } from '../src/index.ts';
import { createHandClock } from './hand-clock.ts';

const immediates = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

/** Runs what follows from resolved promises, and no immediate. */
async function microtasks(): Promise<void> {
  for (let i = 0; i < 10; i++) await null;
}

describe('a deadline', () => {
  function start(delayMs: number) {
    const clock = createHandClock();
    let isOver = false;
    const callOff = createStartDeadline(clock)(delayMs, () => {
      isOver = true;
    });
    /** Advances the clock in steps that are never late; returns the time at which the deadline passed. */
    async function runUntil(endMs: number): Promise<number | null> {
      for (let atMs = clock.now(); atMs <= endMs; atMs += 50) {
        clock.stepTo(atMs);
        await immediates();
        if (isOver) return atMs;
      }
      return null;
    }
    return { clock, callOff, runUntil, isOver: () => isOver };
  }

  test.each([50, 1_000, 2_500, 180_000])('passes after %i ms', async (delayMs) => {
    expect(await start(delayMs).runUntil(delayMs + 1_000)).toBe(delayMs);
  });

  test('counts at most one second of a time in which the process was paused', async () => {
    const { clock, runUntil } = start(10_000);
    expect(await runUntil(4_000)).toBeNull();
    clock.stepTo(3_600_000);
    const overAt = await runUntil(3_700_000);
    expect(overAt).toBeGreaterThanOrEqual(3_600_000 + 5_000);
    expect(overAt).toBeLessThanOrEqual(3_600_000 + 6_000);
  });

  test('leaves another second to read pending data when it passed during a pause', async () => {
    const { clock, isOver, runUntil } = start(500);
    clock.stepTo(60_000);
    await immediates();
    expect(isOver()).toBe(false);
    expect(await runUntil(70_000)).toBe(61_000);
  });

  test('passes even in a process that is always late', async () => {
    const { clock, isOver } = start(1_000);
    for (let step = 1; step <= 20 && !isOver(); step++) {
      clock.stepTo(step * 2_000);
      await immediates();
    }
    expect(isOver()).toBe(true);
  });

  test.each([
    ['at its last moment', false],
    ['during its last check, which is due in the next immediate', true],
  ])('never passes once it is canceled %s', async (_, isInCheck) => {
    const { clock, callOff, isOver } = start(50);
    clock.stepTo(50);
    if (isInCheck) await microtasks();
    callOff();
    await immediates();
    expect(isOver()).toBe(false);
    expect(clock.pending()).toBe(0);
  });
});

/** Answers from a thread of its own, which continues while the test's thread is blocked. Posts its port, then each request. */
const ANSWERING_SERVER = `
  const { parentPort, workerData } = require('node:worker_threads');
  const server = require('node:http').createServer((request, response) => {
    request.resume().on('end', () => {
      parentPort.postMessage('request');
      setTimeout(() => response.end(workerData.answer), workerData.afterMs);
    });
  });
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

describe('an answer that arrives while the process is paused past its deadline', () => {
  const workers: Worker[] = [];
  afterEach(async () => {
    for (const worker of workers.splice(0)) await worker.terminate();
  });

  async function callAndBlock(answer: string, timeoutMs: number) {
    const worker = new Worker(ANSWERING_SERVER, { eval: true, workerData: { answer, afterMs: 100 } });
    workers.push(worker);
    const [port]: number[] = await once(worker, 'message');
    const client = createMiniMaxClient({ apiKey: 'key', baseUrl: `http://127.0.0.1:${port}`, timeoutMs });
    const result = client.generateImage({ model: 'image-01', prompt: 'a red fox' });
    await once(worker, 'message'); // the request has arrived
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, timeoutMs + 500);
    return result;
  }

  test.each([
    ['small', 1_000],
    ['of 30 MB, which takes many reads', 30_000_000],
  ])('is read: %s', async (_, bytes) => {
    const base64 = Buffer.alloc(bytes, 0xff).toString('base64');
    const { images } = await callAndBlock(JSON.stringify({ data: { image_base64: [base64] } }), 300);
    expect(images).toHaveLength(1);
  });
});

describe('a call without an answer', () => {
  const servers: Server[] = [];
  const sockets: Socket[] = [];
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
    for (const server of servers.splice(0)) server.close();
  });

  test('fails with timeout after a pause past its deadline', async () => {
    const server = createServer((socket) => sockets.push(socket.on('error', () => {})));
    servers.push(server);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    // A listening TCP server always has an address with a port.
    const { port } = server.address() as AddressInfo;
    const client = createMiniMaxClient({ apiKey: 'key', baseUrl: `http://127.0.0.1:${port}`, timeoutMs: 100 });
    const result = client.generateImage({ model: 'image-01', prompt: 'a red fox' }).catch((error: unknown) => error);
    await once(server, 'connection');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
    const error = await result;
    expect(MiniMaxError.isInstance(error) && error.kind).toBe('timeout');
  });
});
