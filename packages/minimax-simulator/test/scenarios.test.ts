import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { connectSimulator, type Simulator, startSimulator } from '../src/index.ts';
import { callSimulator } from './call-simulator.ts';

let simulator: Simulator;

beforeAll(async () => {
  simulator = await startSimulator({ images: 'plain' });
});
afterEach(() => simulator.reset());
afterAll(() => simulator.close());

const call = async (prompt: string) => (await callSimulator(simulator.url, { prompt })).code;

test('applies scenarios in the order in which they were given', async () => {
  simulator.script(
    { times: 1, fault: { kind: 'base_resp', code: 1002 } },
    { times: 2, fault: { kind: 'base_resp', code: 1000 } },
  );
  expect([await call('a'), await call('b'), await call('c'), await call('d')]).toEqual([1002, 1000, 1000, 0]);
});

test('applies a scenario with a prompt to calls whose prompt contains it', async () => {
  simulator.script({ prompt: 'wolf', fault: { kind: 'base_resp', code: 1026 } });
  expect([await call('a fox'), await call('a grey wolf'), await call('wolf')]).toEqual([0, 1026, 1026]);
});

test('holds calls open until they are released', async () => {
  simulator.script({ hold: true });
  const calls = [call('a'), call('b'), call('c')];
  await expect.poll(() => simulator.stats().heldCalls).toBe(3);
  expect(simulator.calls().map(({ answer }) => answer)).toEqual([null, null, null]);
  simulator.release();
  expect(await Promise.all(calls)).toEqual([0, 0, 0]);
  expect(await call('d')).toBe(0);
  expect(simulator.maxConcurrent()).toBe(3);
});

test('removes scenarios, calls and counts on reset', async () => {
  simulator.script({ fault: { kind: 'null_data' } });
  await call('a');
  simulator.reset();
  expect(simulator.stats()).toEqual({ calls: 0, openCalls: 0, heldCalls: 0, maxConcurrent: 0 });
  expect(await call('b')).toBe(0);
});

test('records calls as they were sent', async () => {
  await callSimulator(simulator.url, { prompt: 'a fox', seed: 7, n: 2 });
  expect(simulator.calls()).toEqual([
    {
      endpoint: '/v1/image_generation',
      prompt: 'a fox',
      at: expect.any(Number),
      closedAt: null,
      accepted: true,
      h3: null,
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      charged: 2,
      request: { model: 'image-01', prompt: 'a fox', seed: 7, n: 2, response_format: 'url' },
      answer: 'images',
    },
  ]);
});

test('refuses a fault before the request is read for a given prompt', () => {
  expect(() => simulator.script({ prompt: 'fox', fault: { kind: 'reset', at: 'request' } })).toThrow(/cannot know/);
});

test('accepts scenarios, releases, queries and resets from another process', async () => {
  const remote = connectSimulator(simulator.url);
  await remote.script({ hold: true, times: 1 }, { fault: { kind: 'base_resp', code: 1008 } });
  const held = call('a');
  await expect.poll(() => remote.stats()).toMatchObject({ calls: 1, heldCalls: 1, openCalls: 1 });
  await remote.release();
  expect([await held, await call('b')]).toEqual([0, 1008]);
  expect((await remote.calls()).map(({ prompt, accepted }) => [prompt, accepted])).toEqual([
    ['a', true],
    ['b', false],
  ]);
  await remote.reset();
  expect(await remote.calls()).toEqual([]);
  // @ts-expect-error no such fault
  await expect(remote.script({ fault: { kind: 'flood' } })).rejects.toThrow(/400/);
});
