import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { ImageJob } from '@darkroom/contracts';
import { createImageClient } from '@darkroom/sdk';
import { cleanEnvironment, JWT_SECRET, readListening } from '@darkroom/test-kit/api/api-environment';
import { startApi, startApiProcess } from '@darkroom/test-kit/api/start-api';
import { followUntil } from '@darkroom/test-kit/client/follow-until';
import { imageRequest } from '@darkroom/test-kit/client/image-request';
import { API_MAIN, CHECKOUT } from '@darkroom/test-kit/process/checkout';
import { findFreePort } from '@darkroom/test-kit/process/free-port';
import { printedCurl } from '@darkroom/test-kit/process/printed-curl';
import { findProcesses, isRunning } from '@darkroom/test-kit/process/running-processes';
import { startChild } from '@darkroom/test-kit/process/start-child';
import { createTempDir } from '@darkroom/test-kit/process/temp-dir';
import { startProvider } from '@darkroom/test-kit/provider/start-provider';
import { expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';

const LogLine = z.object({ time: z.number(), msg: z.string() });
const Created = z.object({ code: z.literal(202), data: ImageJob });

test('npm start: prints the address, a token and a working curl, and leaves no process after Ctrl+C', async () => {
  const dataDir = await createTempDir();
  const port = await findFreePort('127.0.0.1');
  const env = { ...cleanEnvironment(), PORT: String(port), DATA_DIR: dataDir };
  const start = startChild('npm', ['start'], { cwd: CHECKOUT, env, detached: true });

  const api = await start.line(readListening);
  const token = await start.line((line) => /^ +Token +(\S+)$/.exec(line)?.[1] ?? null);
  await start.lineWith('Follow it');
  expect(start.stdout).toContain(`  Open      http://localhost:${port}`);
  expect((await fetch(api.url)).headers.get('content-type')).toContain('text/html');

  const answer = execFileSync('bash', ['-c', printedCurl(start.stdout)], { encoding: 'utf8' });
  const created = Created.parse(JSON.parse(answer)).data;
  const client = createImageClient({ baseUrl: api.url, token });
  const job = await client.wait(created);
  expect(job).toMatchObject({ status: 'COMPLETED', assets: [{ width: 1280, height: 720 }] });

  const [simulator = 0, ...others] = findProcesses(dataDir);
  expect(others).toEqual([]);
  const last = await client.create(imageRequest('paid for, so waited for'));
  await followUntil(client, last.job_id, (now) => now.status === 'PROCESSING');
  start.signal('SIGINT');
  expect(await start.ended).toBe(0);
  // By time: on a busy machine two lines of one millisecond can arrive out of order.
  const logged = start.stdout.filter((line) => line.startsWith('{')).map((line) => LogLine.parse(JSON.parse(line)));
  expect(logged.toSorted((one, other) => one.time - other.time).at(-1)?.msg).toBe('stopped');
  expect([start.pid, api.pid, simulator].filter(isRunning)).toEqual([]);
});

test('ends the simulator when the API is killed with kill -9', async () => {
  const dataDir = await createTempDir();
  const api = startApiProcess({ ...cleanEnvironment(), PORT: '0', DATA_DIR: dataDir });
  await api.line(readListening);
  const [simulator = 0] = findProcesses(dataDir);
  expect(isRunning(simulator)).toBe(true);

  api.signal('SIGKILL');

  await expect.poll(() => isRunning(simulator), { timeout: 10_000 }).toBe(false);
});

test('ends cleanly on SIGTERM during the start, and leaves no simulator behind', async () => {
  const dataDir = await createTempDir();
  const env = { ...cleanEnvironment(), PORT: '0', DATA_DIR: dataDir };
  const api = startApiProcess(env);
  await expect.poll(() => findProcesses(dataDir), { timeout: 20_000, interval: 5 }).toHaveLength(1);
  const [simulator = 0] = findProcesses(dataDir);

  api.signal('SIGTERM');

  expect(await api.ended).toBe(0);
  expect(isRunning(simulator)).toBe(false);
  expect(api.stderr).toEqual([]);
  await startApiProcess(env).line(readListening);
});

test('exits when its parent disconnects before the start', async () => {
  const dataDir = await createTempDir();
  const api = fork(API_MAIN, { cwd: dataDir, env: { ...cleanEnvironment(), PORT: '0', DATA_DIR: dataDir } });
  onTestFinished(() => void api.kill('SIGKILL'));
  const ended = once(api, 'exit');

  api.disconnect();

  expect(await ended).toEqual([0, null]);
});

test('makes no call when it cannot listen, and completes waiting jobs at the next start', async () => {
  const provider = await startProvider();
  provider.script({ hold: true });
  const api = await startApi(provider, { GENERATION_CONCURRENCY: 1 });
  const { sdk } = api.user();
  await sdk.create(imageRequest('is out'));
  await provider.held(1);
  const waiting = await Promise.all(['one', 'two', 'three'].map((prompt) => sdk.create(imageRequest(prompt))));
  await api.kill();
  provider.release();

  const PORT = String(new URL(provider.url).port);
  const failed = startApiProcess({ ...api.env, PORT, GENERATION_CONCURRENCY: '4' });
  expect(await failed.ended).toBe(1);
  expect(failed.stderr).toEqual([`PORT: listen EADDRINUSE: address already in use 127.0.0.1:${PORT}`]);
  expect(provider.prompts()).toEqual(['is out']);

  const next = (await api.restart()).user();
  for (const { job_id } of waiting) expect(await next.sdk.wait(job_id)).toMatchObject({ status: 'COMPLETED' });
  expect(provider.prompts().toSorted()).toEqual(['is out', 'one', 'three', 'two']);
});

test.each(['no.such.host.invalid', '203.0.113.5'])(
  'ends with one line for the foreign address HOST=%s',
  async (HOST) => {
    const DATA_DIR = await createTempDir();
    const api = startApiProcess({
      ...cleanEnvironment(),
      DATA_DIR,
      HOST,
      PORT: '0',
      JWT_SECRET,
      MINIMAX_API_KEY: 'key',
    });
    expect(await api.ended).toBe(1);
    expect(api.stderr).toEqual([expect.stringMatching(/^HOST: /)]);
  },
);
