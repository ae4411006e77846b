import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { apiEnvironment, readListening, type Settings } from '../harness/api-environment.ts';
import { API_MAIN } from '../harness/checkout.ts';
import { spawnChild } from '../harness/spawn-child.ts';

export interface Service {
  url: string;
  dataDir: string;
  /** SIGTERM; rejects when it does not end well. */
  stop(): Promise<void>;
  /** What it logged as faults. */
  faults(): string[];
  /** Ends it, if it runs, and removes what it kept. */
  remove(): Promise<void>;
}

/** The real API as a process of its own, set by its environment as an operator would. */
export async function startService(provider: { url: string }, settings: Settings): Promise<Service> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'darkroom-load-'));
  const child = spawnChild(process.execPath, [API_MAIN], {
    cwd: dataDir,
    env: apiEnvironment(provider, dataDir, settings),
  });
  const { url } = await child.line(readListening);
  return {
    url,
    dataDir,
    async stop() {
      child.signal('SIGTERM');
      const exit = await child.ended;
      if (exit !== 0) throw new Error(`The API ended with ${exit}`);
    },
    faults: () => [...child.stdout.filter((line) => /"level":[56]0\b/.test(line)), ...child.stderr],
    async remove() {
      child.signal('SIGKILL');
      await child.ended;
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
