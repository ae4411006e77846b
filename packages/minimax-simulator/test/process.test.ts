import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import * as z from 'zod';
import { connectSimulator } from '../src/index.ts';
import { callSimulator } from './call-simulator.ts';

let stateDir: string;
let children: ChildProcess[];

beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'simulator-'));
  children = [];
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await rm(stateDir, { recursive: true });
});

async function startChild(...args: string[]) {
  const main = new URL('../src/main.ts', import.meta.url);
  const child = fork(main, ['--port', '0', '--latency-ms', '0', '--state', stateDir, ...args], { silent: true });
  children.push(child);
  const [message] = await once(child, 'message');
  return { child, url: z.object({ url: z.string() }).parse(message).url };
}

test('serves its links after a restart, with the same port, key and images', async () => {
  const first = await startChild();
  const { urls } = await callSimulator(first.url);
  first.child.kill('SIGTERM');
  await once(first.child, 'exit');

  const second = await startChild();
  expect(second.url).toBe(first.url);
  expect((await fetch(urls[0] ?? '')).status).toBe(200);
});

test('listens on another port when its previous one is taken', async () => {
  const first = await startChild();
  const second = await startChild();
  expect(second.url).not.toBe(first.url);
  expect((await callSimulator(second.url)).code).toBe(0);
});

test('exits when the channel to its parent closes', async () => {
  const { child } = await startChild();
  child.disconnect();
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test('exits on SIGTERM while a call is open, and ignores SIGINT', async () => {
  const { child, url } = await startChild('--latency-ms', '600000');
  const call = callSimulator(url).catch(() => 'cut off');
  const remote = connectSimulator(url);
  await expect.poll(() => remote.stats()).toMatchObject({ openCalls: 1 });
  child.kill('SIGINT');
  expect(await remote.stats()).toMatchObject({ openCalls: 1 });
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
  expect(await call).toBe('cut off');
});
