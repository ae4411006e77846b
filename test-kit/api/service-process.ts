import { findFreePort } from '@darkroom/api/free-port';
import { API_MAIN } from '../process/checkout.ts';
import { type Child, spawnChild } from '../process/spawn-child.ts';
import { apiEnvironment, readListening, type Settings } from './api-environment.ts';

/** One process of the API that the caller stops and starts; its address never changes. */
export interface ServiceProcess {
  url: string;
  /** Starts the process again, with these settings added to its own. Resolves when it listens. */
  start(more?: Settings): Promise<void>;
  isRunning(): boolean;
  /** Sends SIGKILL, which also ends a paused process. */
  kill(): Promise<void>;
  /** Sends SIGSTOP: the process makes no progress, as on a paused machine. */
  pause(): void;
  resume(): void;
  /** Sends SIGTERM. Resolves with the exit code or the signal that ended the process. */
  terminate(): Promise<number | NodeJS.Signals | undefined>;
  /** All output lines, across all of its starts. */
  outputLines(): string[];
}

interface Options {
  provider: { url: string };
  dataDir: string;
  settings: Settings;
}

export async function createServiceProcess({ provider, dataDir, settings }: Options): Promise<ServiceProcess> {
  const port = await findFreePort('127.0.0.1');
  const url = `http://127.0.0.1:${port}`;
  const children: Child[] = [];
  let running: Child | undefined;

  return {
    url,
    async start(more = {}) {
      const env = apiEnvironment(provider, dataDir, { PORT: port, PUBLIC_URL: url, ...settings, ...more });
      const child = spawnChild(process.execPath, [API_MAIN], { cwd: dataDir, env });
      children.push(child);
      running = child;
      void child.ended.then(() => {
        if (running === child) running = undefined;
      });
      await child.line(readListening).catch((cause: unknown) => {
        throw new Error(`It did not start: ${[...child.stdout, ...child.stderr].slice(-20).join('\n')}`, { cause });
      });
    },
    isRunning: () => running !== undefined,
    async kill() {
      running?.signal('SIGKILL');
      await running?.ended;
    },
    pause: () => running?.signal('SIGSTOP'),
    resume: () => running?.signal('SIGCONT'),
    async terminate() {
      running?.signal('SIGTERM');
      return running?.ended;
    },
    outputLines: () => children.flatMap((child) => [...child.stdout, ...child.stderr]),
  };
}
