import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { apiEnvironment, readListening, type Settings } from '@darkroom/test-kit/api/api-environment';
import { API_MAIN } from '@darkroom/test-kit/process/checkout';
import { type Child, spawnChild } from '@darkroom/test-kit/process/spawn-child';

/** A server in a process of its own. */
export interface ServerProcess {
  url: string;
  pid: number;
  child: Child;
  /** Kills it and removes what it has written. */
  stop(): Promise<void>;
}

/** Ended with this process, however it ends. */
const running = new Set<Child>();
process.once('exit', () => {
  for (const child of running) child.signal('SIGKILL');
});

/** No limit but those that a row is about. The simulator takes any number of calls. */
const WITHOUT_LIMITS: Settings = {
  RATE_LIMIT_PER_MINUTE: 0,
  USER_ACTIVE_LIMIT: 1_000_000,
  QUEUE_LIMIT: 2_000_000,
  QUEUE_TTL_MS: 24 * 60 * 60 * 1_000,
  MINIMAX_TIMEOUT_MS: 10 * 60 * 1_000,
};

/** Of libuv's pool, beside one per core. */
const RESERVED_THREADS = 4;

interface ApiOptions {
  provider: { url: string };
  settings?: Settings;
  /** An existing data folder, which is kept; default: a new one. */
  dataDir?: string;
}

/** The API as operators start it, with a fresh data folder. */
export async function startApi({ provider, settings = {}, dataDir }: ApiOptions): Promise<ServerProcess> {
  const folder = dataDir ?? (await mkdtemp(path.join(tmpdir(), 'darkroom-bench-')));
  const env = apiEnvironment(provider, folder, { ...WITHOUT_LIMITS, ...settings });
  const remove = async () => {
    if (dataDir === undefined) await rm(folder, { recursive: true, force: true });
  };
  return startServer([API_MAIN], env, remove);
}

/** The Fastify route of `bare/main.ts`. */
export function startBareRoute(env: { JWT_SECRET: string; ROUTE: string; BODY: string }): Promise<ServerProcess> {
  return startServer([path.join(import.meta.dirname, '../bare/main.ts')], { PATH: process.env.PATH, ...env });
}

/** The loop of `bare/sharp-loop.ts`, with the threads that the API gives itself. */
export function startSharpLoop(env: { IMAGE: string; WITH_LABEL?: string }): Promise<ServerProcess> {
  const threads = String(availableParallelism() + RESERVED_THREADS);
  const file = path.join(import.meta.dirname, '../bare/sharp-loop.ts');
  return startServer([file], { PATH: process.env.PATH, UV_THREADPOOL_SIZE: threads, ...env });
}

async function startServer(
  args: string[],
  env: NodeJS.ProcessEnv,
  remove: () => Promise<void> = async () => {},
): Promise<ServerProcess> {
  const child = spawnChild(process.execPath, args, { cwd: tmpdir(), env });
  running.add(child);
  const stop = async () => {
    child.signal('SIGKILL');
    await child.ended;
    running.delete(child);
    await remove();
  };
  try {
    const { url, pid } = await child.line(readListening);
    return { url, pid, child, stop };
  } catch (cause) {
    const output = [...child.stdout, ...child.stderr].slice(-20).join('\n');
    await stop();
    throw new Error(`A server did not start: ${output}`, { cause });
  }
}
