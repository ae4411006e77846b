import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { apiEnvironment, readListening, type Settings } from '@darkroom/test-kit/api/api-environment';
import { API_MAIN } from '@darkroom/test-kit/process/checkout';
import { spawnChild } from '@darkroom/test-kit/process/spawn-child';

export interface Service {
  url: string;
  dataDir: string;
  /** Sends SIGTERM; rejects on a non-zero exit. */
  stop(): Promise<void>;
  /** Error lines from its log. */
  loggedErrors(): string[];
  /** Kills it if it runs and removes its data. */
  remove(): Promise<void>;
}

/** The real API as its own process, configured by environment variables. */
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
    loggedErrors: () => [...child.stdout.filter((line) => /"level":[56]0\b/.test(line)), ...child.stderr],
    async remove() {
      child.signal('SIGKILL');
      await child.ended;
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
