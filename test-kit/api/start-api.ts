import { onTestFinished } from 'vitest';
import { createUser, type User } from '../client/user.ts';
import { API_MAIN } from '../process/checkout.ts';
import type { Child } from '../process/spawn-child.ts';
import { startChild } from '../process/start-child.ts';
import { createTempDir } from '../process/temp-dir.ts';
import { apiEnvironment, asEnvironment, readListening, type Settings } from './api-environment.ts';
import { copyMigratedDatabase } from './migrated-sqlite.ts';

/** An API that a test uses and does not end. */
export interface RunningApi {
  url: string;
  port: number;
  dataDir: string;
  process: Child;
  user(userId?: string): User;
}

export interface Api extends RunningApi {
  /** The environment the process was started with. */
  env: NodeJS.ProcessEnv;
  /** Sends SIGKILL. */
  kill(): Promise<void>;
  /** Starts the API again with the same data folder and address, and the same settings apart from `changed`. */
  restart(changed?: Settings): Promise<Api>;
}

/** Starts the real API as a separate process, whose provider runs elsewhere. */
export async function startApi(provider: { url: string }, settings: Settings = {}): Promise<Api> {
  const dataDir = await createTempDir();
  if (settings.DATABASE_URL === undefined) await copyMigratedDatabase(dataDir);
  return listen(apiEnvironment(provider, dataDir, settings));
}

/** Starts the API's main file. The test decides how the process ends. */
export function startApiProcess(env: NodeJS.ProcessEnv): Child {
  return startChild(process.execPath, [API_MAIN], { cwd: env.DATA_DIR ?? '/', env });
}

async function listen(env: NodeJS.ProcessEnv): Promise<Api> {
  const child = startApiProcess(env);
  const { url, port } = await child.line(readListening);
  return {
    url,
    port,
    dataDir: env.DATA_DIR ?? '',
    env,
    process: child,
    user(userId = '1') {
      const controller = new AbortController();
      onTestFinished(() => controller.abort());
      return createUser(url, userId, controller.signal);
    },
    async kill() {
      child.signal('SIGKILL');
      await child.ended;
    },
    restart: (changed = {}) => listen({ ...env, ...asEnvironment(changed), PORT: String(port), PUBLIC_URL: url }),
  };
}
