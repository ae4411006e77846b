import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Settings } from '@darkroom/test-kit/api/api-environment';
import { createServiceProcess } from '@darkroom/test-kit/api/service-process';
import { findErrorLines } from '../chaos/services.ts';

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
  const service = await createServiceProcess({ provider, dataDir, settings });
  await service.start();
  return {
    url: service.url,
    dataDir,
    async stop() {
      const exit = await service.terminate();
      if (exit !== 0) throw new Error(`The API ended with ${exit}`);
    },
    loggedErrors: () => findErrorLines(service),
    async remove() {
      await service.kill();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
