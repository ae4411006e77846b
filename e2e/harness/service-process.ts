import { findFreePort } from '../../apps/api/src/free-port.ts';
import { apiEnvironment, readListening, type Settings } from './api-environment.ts';
import { API_MAIN } from './checkout.ts';
import { type Child, spawnChild } from './spawn-child.ts';

/** One process of the API, ended and started again by whoever holds it: always at the same address. */
export interface ServiceProcess {
  url: string;
  /** Begins a new life, with these settings beside its own. Resolves when it listens. */
  start(more?: Settings): Promise<void>;
  isRunning(): boolean;
  /** kill -9, also while it stands still. */
  kill(): Promise<void>;
  /** It stands still, as on a machine that is frozen. */
  pause(): void;
  resume(): void;
  /** SIGTERM; resolves with how it ended. */
  terminate(): Promise<number | NodeJS.Signals | undefined>;
  /** All that it wrote, in all its lives. */
  words(): string[];
}

interface Options {
  provider: { url: string };
  dataDir: string;
  settings: Settings;
}

export async function createServiceProcess({ provider, dataDir, settings }: Options): Promise<ServiceProcess> {
  const port = await findFreePort('127.0.0.1');
  const url = `http://127.0.0.1:${port}`;
  const lives: Child[] = [];
  let running: Child | undefined;

  return {
    url,
    async start(more = {}) {
      const env = apiEnvironment(provider, dataDir, { PORT: port, PUBLIC_URL: url, ...settings, ...more });
      const child = spawnChild(process.execPath, [API_MAIN], { cwd: dataDir, env });
      lives.push(child);
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
    words: () => lives.flatMap((child) => [...child.stdout, ...child.stderr]),
  };
}
