import { request } from 'node:http';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../src/index.ts';
import { callH3, GENERATIONS, parseEvents, readEvents } from './call-h3.ts';

let simulator: Simulator;

beforeAll(async () => {
  simulator = await startSimulator({ images: 'plain', scale: 0.02 });
});
afterEach(() => simulator.reset());
afterAll(() => simulator.close());

const stream = (n: number) => callH3(simulator.url, GENERATIONS, { n, area: '1K', stream: true });

/** Reads events until there are `count`, comments included. */
async function readSome(reader: ReadableStreamDefaultReader<Uint8Array> | undefined, count: number): Promise<string[]> {
  let text = '';
  while (parseEvents(text).length < count) {
    const chunk = await reader?.read();
    if (!chunk || chunk.done) throw new Error(`The stream ended after ${text}`);
    text += Buffer.from(chunk.value).toString();
  }
  return parseEvents(text).map(({ event = '' }) => event);
}

test('sends the headers with the first keepalive, and the images as they are finished', async () => {
  simulator.script({ hold: true, holdAfter: 1, h3Wire: { keepaliveMs: 5 } });
  const response = await stream(3);
  const reader = response.body?.getReader();
  const first = await readSome(reader, 3);
  expect(first.filter((event) => event !== ':')).toEqual(['image_generation.partial_succeeded']);
  expect(first).toContain(':');
  expect(simulator.calls()).toMatchObject([{ charged: 1, answer: null }]);
  simulator.release();
  let rest = '';
  for (let chunk = await reader?.read(); chunk?.done === false; chunk = await reader?.read()) {
    rest += Buffer.from(chunk.value).toString();
  }
  expect(rest).toContain('image_generation.completed');
  expect(simulator.calls()).toMatchObject([{ charged: 3, answer: 'images' }]);
});

test('sends no headers before the first bytes without keepalives', async () => {
  simulator.script({ hold: true, h3Wire: { keepaliveMs: 0 } });
  let answered = false;
  const answer = stream(1).then((response) => {
    answered = true;
    return response;
  });
  await expect.poll(() => simulator.stats().heldCalls).toBe(1);
  expect(answered).toBe(false);
  simulator.release();
  expect((await readEvents(await answer)).map(({ event }) => event)).not.toContain(':');
});

test('sends the headers at once when a scenario says so', async () => {
  simulator.script({ hold: true, h3Wire: { headers: 'at_once', keepaliveMs: 0 } });
  const response = await stream(1);
  expect(response.status).toBe(200);
  simulator.release();
  await response.text();
});

test('holds a call after its last image and before the summary', async () => {
  simulator.script({ hold: true, holdAfter: 2 });
  const reader = (await stream(2)).body?.getReader();
  expect(await readSome(reader, 2)).toEqual(Array(2).fill('image_generation.partial_succeeded'));
  await expect.poll(() => simulator.stats().heldCalls).toBe(1);
  simulator.release();
  expect(await readSome(reader, 1)).toEqual(['image_generation.completed']);
});

test.each([true, false])('finishes and charges a call whose client has gone (stream: %s)', async (isStream) => {
  simulator.script({ hold: true });
  const body = JSON.stringify({ model: 'MiniMax-H3-Image', prompt: 'fox', n: 3, area: '1K', stream: isStream });
  const headers = { authorization: 'Bearer key', 'content-type': 'application/json' };
  const call = request(simulator.url + GENERATIONS, { method: 'POST', headers });
  call.on('error', () => undefined);
  call.end(body);
  await expect.poll(() => simulator.stats().heldCalls).toBe(1);
  call.destroy();
  await expect.poll(() => simulator.stats().openCalls).toBe(0);
  expect(simulator.calls()).toMatchObject([{ charged: 0, answer: null }]);
  simulator.release();
  await expect.poll(() => simulator.calls()).toMatchObject([{ charged: 3, answer: 'images' }]);
});

test('records which images were sent while the client was there, and when it left', async () => {
  simulator.script({ hold: true, holdAfter: 2, fault: { kind: 'completion_order', order: [2, 0, 1] } });
  const reader = (await stream(3)).body?.getReader();
  await readSome(reader, 2);
  await expect.poll(() => simulator.stats().heldCalls).toBe(1);
  expect(simulator.calls()).toMatchObject([{ h3: { sent: [{ index: 2 }, { index: 0 }] }, closedAt: null }]);

  await reader?.cancel();
  await expect.poll(() => simulator.calls()).toMatchObject([{ closedAt: expect.any(Number) }]);
  simulator.release();
  await expect.poll(() => simulator.calls()).toMatchObject([{ charged: 3, answer: 'completion_order' }]);

  const [call] = simulator.calls();
  const sent = call?.h3?.sent ?? [];
  expect(sent).toMatchObject([{ index: 2 }, { index: 0 }]);
  const times = [call?.at, ...sent.map(({ at }) => at), call?.closedAt];
  expect(times.toSorted()).toEqual(times);
});

test('sends an error event after keepalives', async () => {
  simulator.script({ hold: true, h3Wire: { keepaliveMs: 2 }, fault: { kind: 'stream_error', status: 504 } });
  const response = await stream(2);
  simulator.release();
  const events = await readEvents(response);
  expect(events[0]?.event).toBe(':');
  expect(events.at(-1)).toMatchObject({ event: 'error', data: { error: { http_code: 504 } } });
});

test('finishes images out of order, differently from call to call', async () => {
  const orders = new Set<string>();
  for (let call = 0; call < 12; call++) {
    const events = await readEvents(await stream(6));
    orders.add(
      JSON.stringify(
        events.slice(0, 6).map(({ data }) => data instanceof Object && 'image_index' in data && data.image_index),
      ),
    );
  }
  expect(orders.size).toBeGreaterThan(1);
  for (const order of orders) expect(JSON.parse(order).toSorted()).toEqual([0, 1, 2, 3, 4, 5]);
});

test('ends the open calls of both kinds when it is closed', async () => {
  const other = await startSimulator({ images: 'plain', latencyMs: 600_000 });
  const calls = [true, false].map((isStream) =>
    callH3(other.url, GENERATIONS, { stream: isStream }).then((response) => response.text()),
  );
  const ended = Promise.allSettled(calls);
  await expect.poll(() => other.stats().openCalls).toBe(2);
  await other.close();
  expect(await ended).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }]);
});
