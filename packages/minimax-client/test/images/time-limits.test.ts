import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import type { AnswerRecorder } from '../../src/index.ts';
import { createHandClock } from '../hand-clock.ts';
import {
  COMPLETED,
  clientOf,
  failureOf,
  STREAM,
  STREAMED,
  startAnsweringServer,
  succeeded,
} from './answering-server.ts';

const immediates = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

/** A server that answers when the test says so, and a client whose clock the test sets. */
async function setUp(images = {}) {
  const asked = Promise.withResolvers<ServerResponse>();
  const { url } = await startAnsweringServer((response) => asked.resolve(response));
  const clock = createHandClock();
  const client = clientOf(url, { clock, images });
  let onChunk = () => {};
  let isRecorded = false;
  const recorder: AnswerRecorder = {
    begin: async () => {},
    write: async () => onChunk(),
    async end() {
      isRecorded = true;
    },
  };
  return {
    clock,
    call: (onImage?: () => Promise<void>) => client.images.generate(STREAMED, { recorder, onImage }),
    asked: asked.promise,
    /** Whether the record of the answer was completed. */
    isRecorded: () => isRecorded,
    /** Sends a chunk, and resolves when the client has read it and waits again. */
    async send(text: string) {
      const response = await asked.promise;
      if (!response.headersSent) response.writeHead(200, STREAM);
      const isRead = new Promise<void>((resolve) => {
        onChunk = resolve;
      });
      response.write(text);
      await isRead;
      await immediates();
    },
    /** Lets this time pass, never late. */
    async pass(seconds: number) {
      for (let step = 0; step < seconds * 2; step++) {
        clock.stepTo(clock.now() + 500);
        await immediates();
      }
    },
  };
}

test('waits 590 s for the headers of a stream', async () => {
  const { asked, call, pass } = await setUp();
  const result = call();
  const response = await asked;
  await pass(590);
  response.writeHead(200, STREAM).end(succeeded(0) + COMPLETED);
  expect((await result).images).toHaveLength(1);
});

test('gives up after 600 s without headers, which may be billed', async () => {
  const { asked, call, pass } = await setUp();
  const error = failureOf(call());
  await asked;
  await pass(601);
  expect(await error).toMatchObject({ kind: 'timeout', taken: 'unknown' });
});

test('gives up a stream after 60 s without a byte, and keeps its images', async () => {
  const { call, send, pass } = await setUp();
  const result = call();
  await send(succeeded(1));
  await pass(61);
  expect(await result).toMatchObject({ images: [{ index: 1 }], error: { kind: 'timeout', taken: 'unknown' } });
});

test('counts a comment as life', async () => {
  const { call, send, pass, asked } = await setUp();
  const result = call();
  for (let comments = 0; comments < 6; comments++) {
    await send(': keepalive\n\n');
    await pass(50);
  }
  (await asked).end(succeeded(0) + COMPLETED);
  expect((await result).images).toHaveLength(1);
});

test('gives up a stream of comments when the whole time has passed', async () => {
  const { call, send, pass } = await setUp({ timeoutMs: 120_000 });
  const error = failureOf(call());
  for (let comments = 0; comments < 3; comments++) {
    await send(': keepalive\n\n');
    await pass(39);
  }
  await pass(4);
  expect(await error).toMatchObject({ kind: 'timeout', taken: 'unknown' });
});

test('does not count the time that the consumer of an image takes', async () => {
  const { call, send, pass, asked, clock } = await setUp();
  const consumed = Promise.withResolvers<void>();
  const result = call(() => consumed.promise);
  await send(succeeded(0));
  await pass(1_000);
  expect(clock.pending()).toBe(0);
  consumed.resolve();
  (await asked).end(succeeded(1) + COMPLETED);
  expect(await result).toMatchObject({ images: [{ index: 0 }, { index: 1 }], error: null });
});

test('reads 2 s further after the last event of a stream that lacks images', async () => {
  const { call, send, pass, isRecorded } = await setUp();
  const result = call();
  await send(succeeded(0) + COMPLETED);
  await pass(1);
  await send(succeeded(1));
  await pass(2.5);
  expect(await result).toMatchObject({ images: [{ index: 0 }, { index: 1 }], error: null });
  expect(isRecorded()).toBe(true);
});

test('ends at the last event of a stream that stays open and lacks no image', async () => {
  const { call, send, clock } = await setUp();
  const result = call();
  await send([0, 1, 2].map((index) => succeeded(index)).join('') + COMPLETED);
  expect((await result).images).toHaveLength(3);
  expect(clock.pending()).toBe(0);
});

test('counts the pause of a process as at most the time-out of one wait', async () => {
  const { call, send, pass, asked, clock } = await setUp();
  const result = call();
  await send(': keepalive\n\n');
  clock.stepTo(clock.now() + 3_600_000);
  await send(': keepalive\n\n');
  await pass(50);
  (await asked).end(succeeded(0) + COMPLETED);
  expect((await result).images).toHaveLength(1);
});
