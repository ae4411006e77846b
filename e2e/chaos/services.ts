import { setTimeout as sleep } from 'node:timers/promises';
import { connectSimulator, type RemoteSimulator } from '@darkroom/minimax-simulator';
import { apiEnvironment, readListening } from '@darkroom/test-kit/api/api-environment';
import { API_MAIN, CHECKOUT } from '@darkroom/test-kit/process/checkout';
import { findFreePort } from '@darkroom/test-kit/process/free-port';
import { type Child, spawnChild } from '@darkroom/test-kit/process/spawn-child';

const SIMULATOR_MAIN = `${CHECKOUT}packages/minimax-simulator/src/main.ts`;
const SIMULATOR_ARGS = ['--port', '0', '--latency-ms', '100', '--images', 'plain'];

/** Timeouts short enough for rounds of seconds, and no rate limits. */
export const CHAOS_SETTINGS = {
  MINIMAX_TIMEOUT_MS: 2_000,
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
  return { control: connectSimulator(url), stop: () => kill(child) };
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
  const port = await findFreePort('127.0.0.1');
  const url = `http://127.0.0.1:${port}`;
  const spawned: Child[] = [];
  let running: Child | undefined;
  let kills = 0;

  function spawn(responseFormat: 'url' | 'base64'): Child {
    const env = apiEnvironment(provider, dataDir, {
      PORT: port,
      PUBLIC_URL: url,
      MINIMAX_RESPONSE_FORMAT: responseFormat,
      ...CHAOS_SETTINGS,
    });
    const child = spawnChild(process.execPath, [API_MAIN], { cwd: dataDir, env });
    spawned.push(child);
    running = child;
    return child;
  }

  async function killRunning(): Promise<void> {
    if (!running) return;
    await kill(running);
    running = undefined;
    kills++;
  }

  return {
    url,
    async start(responseFormat) {
      await spawn(responseFormat).line(readListening);
    },
    async killStarting(afterMs) {
      spawn('url');
      await sleep(afterMs);
      await killRunning();
    },
    kill: killRunning,
    async killDraining(afterMs) {
      running?.signal('SIGTERM');
      const hasEnded = await Promise.race([running?.ended.then(() => true), sleep(afterMs, false)]);
      if (hasEnded) running = undefined;
      else await killRunning();
    },
    async stop() {
      running?.signal('SIGTERM');
      const exit = await running?.ended;
      running = undefined;
      if (exit !== 0) throw new Error(`The API ended with ${exit}`);
    },
    kills: () => kills,
    loggedErrors: () => spawned.flatMap((child) => [...child.stdout.filter(isErrorLine), ...child.stderr]),
  };
}

async function kill(child: Child): Promise<void> {
  child.signal('SIGKILL');
  await child.ended;
}

/** Pino levels error and fatal. */
function isErrorLine(line: string): boolean {
  return /"level":[56]0\b/.test(line);
}
