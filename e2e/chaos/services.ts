import { setTimeout as sleep } from 'node:timers/promises';
import { connectSimulator, type RemoteSimulator } from '@darkroom/minimax-simulator';
import { createServiceProcess, type ServiceProcess } from '@darkroom/test-kit/api/service-process';
import { CHECKOUT } from '@darkroom/test-kit/process/checkout';
import { spawnChild } from '@darkroom/test-kit/process/spawn-child';

const SIMULATOR_MAIN = `${CHECKOUT}packages/minimax-simulator/src/main.ts`;
const SIMULATOR_ARGS = ['--port', '0', '--latency-ms', '100', '--images', 'plain', '--scale', '0.1'];

/** Timeouts short enough for rounds of seconds, and no rate limits. */
export const CHAOS_SETTINGS = {
  MINIMAX_TIMEOUT_MS: 2_000,
  MINIMAX_H3_TIMEOUT_MS: 3_000,
  MINIMAX_H3_CONCURRENCY: 10,
  MINIMAX_H3_RPM: 0,
  MINIMAX_RETRY_BASE_MS: 100,
  DOWNLOAD_TIMEOUT_MS: 1_000,
  RATE_LIMIT_PER_MINUTE: 0,
  USER_ACTIVE_LIMIT: 1_000,
};

export interface Provider {
  control: RemoteSimulator;
  stop(): Promise<void>;
}

/** The simulator as its own process, so that it survives every kill of the API. */
export async function startProvider(cwd: string): Promise<Provider> {
  const child = spawnChild(process.execPath, [SIMULATOR_MAIN, ...SIMULATOR_ARGS], { cwd, env: process.env });
  const url = await child.line((line) => /http:\S+/.exec(line)?.[0] ?? null);
  return {
    control: connectSimulator(url),
    async stop() {
      child.signal('SIGKILL');
      await child.ended;
    },
  };
}

export interface Service {
  /** Stable across restarts. */
  url: string;
  /** Starts a process on the same data; resolves when it listens. */
  start(responseFormat: 'url' | 'base64'): Promise<void>;
  /** Starts a process and kills it after this time, whether or not it listens yet. */
  killStarting(afterMs: number): Promise<void>;
  kill(): Promise<void>;
  /** Sends SIGTERM, and kill -9 after this time if it is still draining. */
  killDraining(afterMs: number): Promise<void>;
  /** Sends SIGTERM; rejects on a non-zero exit. */
  stop(): Promise<void>;
  kills(): number;
  /** Error lines from all its processes. */
  loggedErrors(): string[];
}

/** One API that is killed and restarted repeatedly. */
export async function createService(provider: { url: string }, dataDir: string): Promise<Service> {
  const service = await createServiceProcess({ provider, dataDir, settings: CHAOS_SETTINGS });
  let kills = 0;

  async function kill(): Promise<void> {
    if (!service.isRunning()) return;
    await service.kill();
    kills++;
  }

  return {
    url: service.url,
    start: (responseFormat) => service.start({ MINIMAX_RESPONSE_FORMAT: responseFormat }),
    async killStarting(afterMs) {
      const starting = service.start().catch(() => {}); // it is killed before it listens
      await sleep(afterMs);
      await kill();
      await starting;
    },
    kill,
    async killDraining(afterMs) {
      const hasEnded = await Promise.race([service.terminate().then(() => true), sleep(afterMs, false)]);
      if (!hasEnded) await kill();
    },
    async stop() {
      const exit = await service.terminate();
      if (exit !== 0) throw new Error(`The API ended with ${exit}`);
    },
    kills: () => kills,
    loggedErrors: () => findErrorLines(service),
  };
}

/** Log lines of the levels error and fatal, and everything that is no log line, such as what is written to stderr. */
export function findErrorLines(service: Pick<ServiceProcess, 'outputLines'>): string[] {
  return service.outputLines().filter((line) => !line.startsWith('{') || /"level":[56]0\b/.test(line));
}
