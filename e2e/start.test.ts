import { execFileSync } from 'node:child_process';
import { ImageJob } from '@darkroom/contracts';
import { createImageClient } from '@darkroom/sdk';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { findFreePort } from '../apps/api/src/free-port.ts';
import { startApiProcess } from './harness/api.ts';
import { cleanEnvironment, readListening } from './harness/api-environment.ts';
import { CHECKOUT } from './harness/checkout.ts';
import { startChild } from './harness/child-process.ts';
import { followUntil } from './harness/follow-until.ts';
import { order } from './harness/order.ts';
import { printedCurl } from './harness/printed-curl.ts';
import { findProcesses, isRunning } from './harness/running-processes.ts';
import { createTempDir } from './harness/temp-dir.ts';

const Created = z.object({ code: z.literal(202), data: ImageJob });

test('npm start shows the way in, and Ctrl+C leaves nothing behind', async () => {
  const dataDir = await createTempDir();
  const port = await findFreePort('127.0.0.1');
  const env = { ...cleanEnvironment(), PORT: String(port), DATA_DIR: dataDir };
  const start = startChild('npm', ['start'], { cwd: CHECKOUT, env, detached: true });

  const api = await start.line(readListening);
  const token = await start.line((line) => /^ +Token +(\S+)$/.exec(line)?.[1] ?? null);
  await start.line((line) => (line.includes('Follow it') ? line : null));
  expect(start.stdout).toContain(`  Open      http://localhost:${port}`);
  expect((await fetch(api.url)).headers.get('content-type')).toContain('text/html');

  const answer = execFileSync('bash', ['-c', printedCurl(start.stdout)], { encoding: 'utf8' });
  const created = Created.parse(JSON.parse(answer)).data;
  const client = createImageClient({ baseUrl: api.url, token });
  const job = await client.wait(created);
  expect(job).toMatchObject({ status: 'COMPLETED', assets: [{ width: 1280, height: 720 }] });

  const [simulator = 0, ...others] = findProcesses(dataDir);
  expect(others).toEqual([]);
  const last = await client.create(order('paid for, so waited for'));
  await followUntil(client, last.job_id, (now) => now.status === 'PROCESSING');
  start.signal('SIGINT');
  expect(await start.ended).toBe(0);
  expect(start.stdout.at(-1)).toContain('"msg":"stopped"');
  expect([start.pid, api.pid, simulator].filter(isRunning)).toEqual([]);
});

test('kill -9 of the API takes its simulator with it', async () => {
  const dataDir = await createTempDir();
  const api = startApiProcess({ ...cleanEnvironment(), PORT: '0', DATA_DIR: dataDir });
  await api.line(readListening);
  const [simulator = 0] = findProcesses(dataDir);
  expect(isRunning(simulator)).toBe(true);

  api.signal('SIGKILL');

  await expect.poll(() => isRunning(simulator), { timeout: 10_000 }).toBe(false);
});
