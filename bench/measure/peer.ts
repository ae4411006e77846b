import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GENERATION_PATH } from '@darkroom/contracts/rest';
import { imageRequest } from '@darkroom/test-kit/client/image-request';
import { findFreePort } from '@darkroom/test-kit/process/free-port';
import { createSigner } from 'fast-jwt';
import { cpuSecondsOfAllThreads } from './cpu-time.ts';
import type { ImageProvider } from './image-provider.ts';

interface Options {
  jobs: number;
  latencyMs: number;
  warmUp: number;
  secret: string;
}

const POLL_EVERY_MS = 1_000;
const STARTS_WITHIN_MS = 10_000;
const MAX_EDGE = 2_048;

/**
 * CPU seconds of the original design in Go for one job that its client asks for every second. Null if PEER_GO does not
 * name the program of that server.
 */
export async function followOnPeer(provider: ImageProvider, options: Options): Promise<number | null> {
  const { PEER_GO } = process.env;
  if (!PEER_GO) return null;
  const { jobs, latencyMs, warmUp, secret } = options;
  const out = await mkdtemp(path.join(tmpdir(), 'darkroom-bench-'));
  const address = `127.0.0.1:${await findFreePort('127.0.0.1')}`;
  const flags = [
    '-addr',
    address,
    '-provider',
    provider.url,
    '-secret',
    secret,
    '-maxwidth',
    String(MAX_EDGE),
    '-out',
    out,
  ];
  const peer = spawn(PEER_GO, flags, { stdio: 'ignore' });
  const { pid } = peer;
  if (pid === undefined) throw new Error(`${PEER_GO} did not start`);
  try {
    const url = `http://${address}`;
    await untilItListens(url);
    const token = createSigner({ key: secret, algorithm: 'HS256', expiresIn: 3_600_000 })({ sub: '1', user_id: '1' });
    const follow = () => followOne(url, { authorization: `Bearer ${token}`, 'content-type': 'application/json' });
    provider.setLatency(0);
    await Promise.all(Array.from({ length: warmUp }, follow));
    provider.setLatency(latencyMs);
    const before = cpuSecondsOfAllThreads(pid);
    await Promise.all(Array.from({ length: jobs }, follow));
    return (cpuSecondsOfAllThreads(pid) - before) / jobs;
  } finally {
    peer.kill('SIGKILL');
    await rm(out, { recursive: true, force: true });
  }
}

async function followOne(url: string, headers: Record<string, string>): Promise<void> {
  const body = JSON.stringify(imageRequest('an image'));
  const created = await (await fetch(url + GENERATION_PATH, { method: 'POST', headers, body })).text();
  const jobId = /"job_id":"([^"]+)"/.exec(created)?.[1];
  if (jobId === undefined) throw new Error(`The peer answered ${created}`);
  for (;;) {
    await sleep(POLL_EVERY_MS);
    const job = await (await fetch(`${url}${GENERATION_PATH}/${jobId}`, { headers })).text();
    if (/"status":"COMPLETED"/.test(job)) return;
    if (/"status":"FAILED"/.test(job)) throw new Error(`The peer's job failed: ${job}`);
  }
}

async function untilItListens(url: string): Promise<void> {
  for (const endsAt = Date.now() + STARTS_WITHIN_MS; ; ) {
    const answer = await fetch(`${url}/_stats`).catch(() => null);
    if (answer?.ok) return;
    if (Date.now() > endsAt) throw new Error('The peer does not listen');
    await sleep(50);
  }
}
